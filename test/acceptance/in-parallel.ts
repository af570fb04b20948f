/** What `work` makes of each of them, in their order, so many at a time. */
export async function inParallel<T, R>(
  list: readonly T[],
  width: number,
  work: (one: T, place: number) => Promise<R>,
): Promise<R[]> {
  const made: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let place = next++; place < list.length; place = next++)
      made[place] = await work(list[place] as T, place);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return made;
}
