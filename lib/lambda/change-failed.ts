/** The first change of a stream's batch that could not be worked on. Lambda begins again with it. */
export class ChangeFailed extends Error {
  readonly sequenceNumber: string;

  constructor(sequenceNumber: string, cause: unknown) {
    super('A change failed', { cause });
    this.sequenceNumber = sequenceNumber;
  }
}
