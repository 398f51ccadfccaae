"""A real browser that visits the pages, and what is measured in it."""

import json
from urllib.parse import urlsplit

from playwright.sync_api import Error
from playwright.sync_api import TimeoutError as TooLate

DEVICES = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 900}}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LEAST_TYPE, LEAST_TARGET, LEAST_CONTRAST = 18, 60, 4.5

_MEASURE = """
() => {
  const visible = (node) => {
    const box = node.getBoundingClientRect(), style = getComputedStyle(node);
    const shown = style.visibility !== 'hidden' && style.clipPath === 'none';
    return shown && box.width > 1 && box.height > 1 && box.left > -50;
  };
  const curve = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const channel = (value) => curve(value / 255);
  const parse = (text) => {
    const parts = text.match(/[\\d.]+/g).map(Number);
    return parts.length > 3 ? parts : [...parts, 1];
  };
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0.99) return colour;
    }
    return [255, 255, 255, 1];
  };
  const texts = [], targets = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement, text = walker.currentNode.textContent.trim();
    if (!text || !visible(node)) continue;
    const style = getComputedStyle(node), a = light(parse(style.color)), b = light(ground(node));
    texts.push({text: text.slice(0, 40), size: parseFloat(style.fontSize),
                contrast: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)});
  }
  for (const node of document.querySelectorAll('a, button, input, select, textarea, summary')) {
    if (node.type === 'hidden' || !visible(node)) continue;
    // A link within a sentence is as tall as its line; a box is pressed by its label.
    if (node.tagName === 'A' && getComputedStyle(node).display === 'inline') continue;
    const box = (node.closest('label') || node).getBoundingClientRect();
    const text = (node.textContent || node.name || '').trim().slice(0, 40);
    targets.push({text, width: box.width, height: box.height});
  }
  return {texts, targets};
}
"""


class Visitor:
    """One person's browser.

    Args:
        page: of Playwright.
        url: of the server.
        axe: the judge of accessibility, as a script.

    Attributes:
        complaints: what a browser complains about, and what it should not have asked for.
        hosts: that it may ask.
    """

    def __init__(self, page, url, axe):
        self.page, self.url, self._axe = page, url, axe
        self.complaints, self.hosts = [], {urlsplit(url).netloc}
        page.on("console", lambda said: self._complain(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self._complain(str(error)))
        page.on("request", lambda request: self._ask(request.url))

    @classmethod
    def begin(cls, browser, url, axe, device, language, *, javascript=True, dark=False):
        """A browser with nothing in it but the choice of a language."""
        context = browser.new_context(
            viewport=DEVICES[device],
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",  # colours that are still changing cannot be measured
        )
        context.set_default_timeout(10_000)
        context.add_cookies([{"name": "language", "value": language, "url": url}])
        return cls(context.new_page(), url, axe)

    def sign_in(self, principal):
        """Be somebody on record."""
        answer = self.page.context.request.post(f"{self.url}/sign-in/persona", form={"principal": principal})
        assert answer.ok, answer.text()

    def _complain(self, text):
        # A browser reports every answer of 400 and more; whether one is right, tests say themselves.
        if "Failed to load resource" not in text:
            self.complaints.append(text)

    def _ask(self, url):
        if urlsplit(url).netloc not in self.hosts:
            self.complaints.append(f"asked another host: {url}")

    def go(self, path):
        """Open a page; returns its answer."""
        return self.page.goto(self.url + path)

    def says(self, text):
        """Whether the page, or the one that is on its way, has this text."""
        try:
            self.page.get_by_text(text).first.wait_for()
        except TooLate:
            return False
        return True

    def violations(self, rules=None):
        """What axe-core finds against WCAG 2.2 AA, or against some rules of it alone."""
        self.page.wait_for_load_state()
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(self._axe)
        only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": WCAG}
        options = json.dumps({"runOnly": only, "resultTypes": ["violations"], "preload": False})
        found = self.page.evaluate(f"() => axe.run(document, {options})")
        return [f"{each['id']}: {node['html'][:160]}" for each in found["violations"] for node in each["nodes"]]

    def too_small(self):
        """What breaks the rules for large type: text, targets and contrast."""
        self.page.wait_for_load_state()
        measured = self.page.evaluate(_MEASURE)
        found = [f"{each['text']!r} has {each['size']} px" for each in measured["texts"] if each["size"] < LEAST_TYPE]
        found += [
            f"{each['text']!r} has a contrast of {each['contrast']:.2f}"
            for each in measured["texts"]
            if each["contrast"] < LEAST_CONTRAST
        ]
        found += [
            f"{each['text']!r} is {each['width']:.0f} by {each['height']:.0f} px"
            for each in measured["targets"]
            if min(each["width"], each["height"]) < LEAST_TARGET
        ]
        return found

    def overflows(self):
        """Whether the page is wider than the screen."""
        return self.page.evaluate("() => document.documentElement.scrollWidth > window.innerWidth")

    def reach(self, selector, most=80):
        """Press Tab until something that a selector names has the focus, and can be seen to have it."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            try:
                found = self.page.evaluate("(it) => document.activeElement.matches(it)", selector)
            except Error:
                # The page that is on its way has come meanwhile; its focus begins at the top.
                self.page.wait_for_load_state()
                continue
            if found:
                outline = self.page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", f"nobody can see that {selector} has the focus"
                return
        raise AssertionError(f"the keyboard does not reach {selector}")

    def press(self, selector, key="Enter"):
        """Reach something by keyboard and press a key on it."""
        self.reach(selector)
        self.page.keyboard.press(key)
        self.page.wait_for_load_state()
