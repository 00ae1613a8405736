import { readRevocation } from '../../../lib/messaging/revocation.ts';
import { wordsOf } from '../../../lib/messaging/words.ts';
import { english } from '../../../lib/messaging/revocation-rules/english.ts';
import { parsePhrase, endOfPhrase } from '../../../lib/messaging/phrase.ts';
for (const t of process.argv.slice(2)) { console.log(t, JSON.stringify(readRevocation(t)));
 const w=wordsOf(t,new Map());
 for (const r of english.clear) for (const p of r.phrases) { const q=parsePhrase(p,english.lists); w.forEach((_,i)=>{ if(r.where==='anywhere'&&endOfPhrase(q,w,i)!==undefined) console.log('   ',r.id,p,i); }); } }
