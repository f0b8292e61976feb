// Let lines of Chinese headings end between words only. Without script, or where the browser knows no words, a line may end
// within one: no style sheet can tell where a Chinese word ends.
const headings = document.querySelectorAll(":is(h1, h2, h3, h4):lang(zh)");
const words = Intl.Segmenter && new Intl.Segmenter("zh", { granularity: "word" });

function withBreaks(text) {
  const parts = [];
  for (const { segment, isWordLike } of words.segment(text)) {
    if (parts.length && isWordLike) parts.push(document.createElement("wbr"));
    parts.push(segment);
  }
  return parts;
}

for (const heading of words ? headings : []) {
  const texts = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    if (texts.currentNode.parentElement.matches(":lang(zh)")) found.push(texts.currentNode);
  }
  for (const text of found) text.replaceWith(...withBreaks(text.data));
  heading.classList.add("words-kept");
}
