// What is wrong with a page for somebody who does not see it well, or uses no mouse. Returns sentences.
const wrong = [];
const say = (what, element) => {
  const tag = element.outerHTML.replace(/\s+/g, ' ');
  wrong.push(`${what}: ${tag.length > 120 ? tag.slice(0, 120) + '…' : tag}`);
};
const all = selector => [...document.querySelectorAll(selector)];
const seen = element => element.checkVisibility({ visibilityProperty: true });
const named = element => (element.getAttribute('aria-label') || element.textContent).trim() !== ''
  || (element.getAttribute('aria-labelledby') || '').split(' ').some(id => document.getElementById(id)?.textContent.trim());

if (!document.documentElement.lang) wrong.push('the page has no language');
if (!document.title.trim()) wrong.push('the page has no title');
if (all('main').length !== 1) wrong.push(`the page has ${all('main').length} main parts`);

const heads = all('h1, h2, h3, h4, h5, h6').filter(seen);
if (heads.filter(head => head.tagName === 'H1').length !== 1) wrong.push('the page has not one h1');
heads.reduce((before, head) => {
  const level = Number(head.tagName[1]);
  if (level > before + 1) say('a heading skips a level', head);
  if (!head.textContent.trim()) say('an empty heading', head);
  return level;
}, 0);

for (const field of all('input:not([type=hidden]), select, textarea')) {
  if (!field.labels?.length && !named(field)) say('a field without a label', field);
}
for (const one of all('a[href], button, summary, [role=region], nav')) {
  if (!named(one)) say('nothing says what this is', one);
}
for (const image of all('img')) if (!image.hasAttribute('alt')) say('an image without words', image);
for (const image of all('svg')) {
  const hidden = image.closest('[aria-hidden=true]');
  if (!hidden && !(image.getAttribute('role') === 'img' && named(image))) say('a drawing neither hidden nor named', image);
}
for (const table of all('table')) {
  if (!table.caption) say('a table without a caption', table);
  if (!table.querySelector('th[scope]')) say('a table without heads', table);
}
for (const head of all('th')) if (!named(head)) say('an empty head', head);
const ids = new Set();
for (const { id } of all('[id]')) {
  if (ids.has(id)) wrong.push(`two parts have the id ${id}`);
  ids.add(id);
}
for (const name of ['aria-describedby', 'aria-labelledby', 'for']) {
  for (const one of all(`[${name}]`)) {
    for (const id of one.getAttribute(name).split(' ')) if (!ids.has(id)) say(`${name} leads nowhere`, one);
  }
}
for (const one of all('[tabindex]')) if (one.tabIndex > 0) say('it jumps the queue of the Tab key', one);

// WCAG 2.5.8: what is pressed is at least 24 by 24 pixels.
for (const one of all('button, .button, select, input:not([type=hidden])').filter(seen)) {
  const box = one.labels?.length && /checkbox|radio/.test(one.type) ? one.labels[0].getBoundingClientRect() : one.getBoundingClientRect();
  if (Math.min(box.width, box.height) < 23.5) say(`only ${box.width.toFixed()} by ${box.height.toFixed()} pixels`, one);
}

// WCAG 1.4.3, for all text as if it were small.
const channels = text => {
  const numbers = text.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0];
  const scale = text.startsWith('color(') ? 255 : 1;
  return [numbers[0] * scale, numbers[1] * scale, numbers[2] * scale, numbers[3] ?? 1];
};
const over = ([r, g, b, a], below) => [r, g, b].map((value, at) => value * a + below[at] * (1 - a));
const ground = element => {
  const layers = [];
  for (let one = element; one; one = one.parentElement) layers.push(channels(getComputedStyle(one).backgroundColor));
  return layers.reduceRight((below, layer) => over(layer, below), [255, 255, 255]);
};
const light = colour => {
  const [r, g, b] = colour.map(value => value / 255).map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const legible = (element, colour) => {
  const below = ground(element);
  const [low, high] = [light(over(channels(colour), below)), light(below)].sort((a, b) => a - b);
  const contrast = (high + 0.05) / (low + 0.05);
  if (contrast < 4.5) say(`a contrast of ${contrast.toFixed(2)}`, element);
};
const texts = new Set();
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const { parentElement, data } = walker.currentNode;
  if (data.trim() && !parentElement.closest('script, option, datalist') && seen(parentElement)) texts.add(parentElement);
}
for (const element of texts) {
  const style = getComputedStyle(element);
  legible(element, element.namespaceURI.endsWith('svg') ? style.fill : style.color);
}
for (const field of all('input:not([type=hidden]), select, textarea').filter(seen)) {
  legible(field, getComputedStyle(field).color);
  if (field.placeholder) legible(field, getComputedStyle(field, '::placeholder').color);
}

const { scrollWidth, clientWidth } = document.documentElement;
if (scrollWidth > clientWidth) {
  wrong.push(`the page is ${scrollWidth} pixels wide in a window of ${clientWidth}`);
  const scrolls = element => element.closest('.scroll, pre');
  const wide = all('main *').find(one => !scrolls(one) && one.getBoundingClientRect().right > clientWidth + 1);
  if (wide) say('it sticks out', wide);
}
return wrong;
