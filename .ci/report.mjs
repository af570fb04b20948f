// Of one or two of Jest's reports, the second of files that were run again:
//   node .ci/report.mjs totals FIRST [AGAIN]   prints `passed failed`
//   node .ci/report.mjs again FIRST            prints the files worth running again, by themselves
// On a machine that is busy with everything at once a wait may end before what it waits for has come about. That, and
// nothing else, is asked again: an answer that was wrong, a row that was read, a search that found a counterexample
// stays a failure, whatever a second run would say.
import { readFileSync } from 'node:fs';

const WAITED_IN_VAIN = [
  /^Error: It did not come about\./,
  /^Error: (waited )?in vain: /,
  /^Error: not within /,
  /^Error: mails are still on their way /,
  /^Error: \d+ mails to \S+, wanted \d+/,
  /^(Error: )?(thrown: ")?Exceeded timeout of \d+ ms/,
];
/** More than so many files do not fail by chance. */
const MOST = 5;

const [what, first, again] = process.argv.slice(2);
const filesOf = (path) => JSON.parse(readFileSync(path, 'utf8')).testResults;
const results = new Map(filesOf(first).map((file) => [file.name, file]));

if (what === 'again') {
  const failed = [...results.values()].filter(({ status }) => status === 'failed');
  const waited = failed.filter(waitedInVain);
  if (failed.length <= MOST) for (const { name } of waited) console.log(name);
} else {
  if (again) for (const file of filesOf(again)) results.set(file.name, file);
  let [passed, failed] = [0, 0];
  for (const { status, assertionResults } of results.values()) {
    const counts = (outcome) => assertionResults.filter((one) => one.status === outcome).length;
    passed += counts('passed');
    // A file that could not be loaded counts as a failed test.
    failed += counts('failed') || (status === 'failed' ? 1 : 0);
  }
  console.log(passed, failed);
}

function waitedInVain({ assertionResults }) {
  const failures = assertionResults.filter(({ status }) => status === 'failed');
  const messages = failures.flatMap(({ failureMessages }) => failureMessages);
  return messages.length > 0 && messages.every((text) => WAITED_IN_VAIN.some((one) => one.test(text)));
}
