/** Makes an element of a tag, with properties and what it holds. */
export function makeElement(tag, properties, ...held) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...held);
  return element;
}
