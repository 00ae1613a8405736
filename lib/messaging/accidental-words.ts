/**
 * Replies that people send without meaning to opt in, in English and Spanish: an agreement, a greeting, thanks, a time, an
 * answer to a salesperson's question. Written with spaces here and compared without them.
 */
const ENGLISH = [
  ...['yes', 'yess', 'yep', 'yup', 'yeah', 'yea', 'yah', 'ya', 'yas', 'ye', 'yes please', 'yes sir', 'yes maam', 'yessir'],
  ...['no', 'nope', 'nah', 'no thanks', 'no thank you', 'not now', 'not yet', 'never', 'none', 'nothing', 'no problem'],
  ...['ok', 'okay', 'okey', 'okie', 'okk', 'kk', 'k', 'okay thanks', 'ok thanks', 'sure', 'sure thing', 'fine', 'alright'],
  ...['all right', 'right', 'correct', 'agree', 'agreed', 'accept', 'accepted', 'confirm', 'confirmed', 'done', 'deal'],
  ...['great', 'good', 'cool', 'nice', 'awesome', 'perfect', 'excellent', 'wonderful', 'amazing', 'love it', 'sweet'],
  ...['thanks', 'thank you', 'thx', 'thanx', 'thank u', 'ty', 'tysm', 'many thanks', 'much appreciated', 'appreciated'],
  ...['welcome', 'you too', 'same', 'hello', 'helo', 'hi', 'hey', 'hiya', 'heya', 'hi there', 'hello there', 'good morning'],
  ...['good afternoon', 'good evening', 'good night', 'morning', 'evening', 'bye', 'goodbye', 'see you', 'later', 'soon'],
  ...['who', 'who is this', 'whos this', 'new phone', 'what', 'when', 'where', 'why', 'how', 'how much', 'which', 'huh'],
  ...['lol', 'lmao', 'haha', 'hahaha', 'omg', 'wow', 'idk', 'btw', 'brb', 'omw', 'on my way', 'maybe', 'perhaps'],
  ...['interested', 'im interested', 'not interested', 'more', 'more info', 'call', 'call me', 'text', 'text me', 'email'],
  ...['now', 'today', 'tomorrow', 'tonight', 'asap', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'],
  ...['sunday', 'noon', 'anytime', 'any', 'both', 'all', 'one', 'two', 'three', 'here', 'home', 'there', 'outside', 'busy'],
  ...['driving', 'at work', 'sorry', 'please', 'pls', 'wait', 'hold on', 'send', 'send it', 'go', 'go ahead', 'ready', 'next'],
  ...['true', 'false', 'test', 'testing', 'price', 'quote', 'free', 'address', 'name', 'number', 'received', 'got it', 'gotcha'],
  ...['join', 'in', 'im in', 'reply', 'will do', 'of course', 'absolutely', 'definitely', 'certainly', 'yes i do', 'i do'],
];
const SPANISH = [
  ...['si', 'sip', 'sii', 'si por favor', 'si gracias', 'claro', 'claro que si', 'por supuesto', 'bueno', 'buena', 'bien'],
  ...['muy bien', 'esta bien', 'ta bien', 'vale', 'dale', 'va', 'sale', 'orale', 'listo', 'lista', 'de acuerdo', 'acuerdo'],
  ...['correcto', 'exacto', 'asi es', 'perfecto', 'excelente', 'genial', 'gracias', 'muchas gracias', 'mil gracias'],
  ...['ok gracias', 'no gracias', 'de nada', 'hola', 'ola', 'buenas', 'buenos dias', 'buenas tardes', 'buenas noches'],
  ...['adios', 'hasta luego', 'nos vemos', 'bye', 'quien', 'quien es', 'que', 'cuando', 'donde', 'como', 'cuanto'],
  ...['cuanto cuesta', 'cual', 'por que', 'porque', 'tal vez', 'quizas', 'nada', 'nunca', 'ahora', 'ahorita', 'hoy'],
  ...['manana', 'luego', 'despues', 'mas tarde', 'lunes', 'martes', 'miercoles', 'jueves', 'viernes', 'sabado', 'domingo'],
  ...['jaja', 'jajaja', 'mas', 'mas informacion', 'informacion', 'precio', 'gratis', 'llamame', 'llameme', 'escribeme'],
  ...['me interesa', 'interesado', 'interesada', 'todo', 'todos', 'uno', 'dos', 'tres', 'aqui', 'alla', 'casa', 'ocupado'],
  ...['ocupada', 'perdon', 'disculpe', 'espere', 'por favor', 'porfa', 'porfavor', 'ya', 'ya voy', 'ok', 'oye', 'igualmente'],
];

/** Upper case, without spaces and accents, as `keywordIn` writes a message. */
export const accidentalWords: ReadonlySet<string> = new Set(
  [...ENGLISH, ...SPANISH].map((reply) => reply.replaceAll(' ', '').toUpperCase()),
);
