// Prints the grade of each page on https://localhost. Usage: node deploy/observatory.mjs SCANNER PATH…
// The scanner's own command takes a host name only, and refuses answers of 404. This does the same for the given pages.
const [scanner, ...paths] = process.argv.slice(2);
const load = (name) => import(`${scanner}/src/${name}`);
const {retrieve} = await load("retriever/retriever.js");
const {ALL_TESTS} = await load("constants.js");
const {getGradeForScore, getScoreModifier} = await load("grader/grader.js");
const {MINIMUM_SCORE_FOR_EXTRA_CREDIT} = await load("grader/charts.js");

for (const path of paths) {
  const answers = await retrieve("localhost", {path});
  const results = ALL_TESTS.map((test) => test(answers));
  const modifiers = results.map((result) => getScoreModifier(result.result));
  const lost = modifiers.filter((modifier) => modifier < 0).reduce((sum, modifier) => sum + modifier, 100);
  const gained = modifiers.filter((modifier) => modifier > 0).reduce((sum, modifier) => sum + modifier, 0);
  const {grade, score} = getGradeForScore(lost >= MINIMUM_SCORE_FOR_EXTRA_CREDIT ? lost + gained : lost);
  const notes = results.filter((result, n) => !result.pass || modifiers[n] < 0).map((result) => result.result);
  console.log(`${grade}\t${score}\t${answers.responses.auto.status}\t${path}\t${notes.join(", ")}`);
  if (grade !== "A+") process.exitCode = 1;
}
