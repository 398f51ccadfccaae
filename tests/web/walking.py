"""A walk through the pages in a real browser: what is looked at on each, and which routes and templates were seen."""

from urllib.parse import urlsplit

from hub.api.routes import DirectRoutes
from hub.web.catalogue import LANGUAGES
from hub.web.routing import page_routes
from tests.web.hostile import MARK, torn
from tests.web.visitor import DEVICES, Visitor

LARGE = """
() => {
  const data = document.documentElement.dataset, was = data.type || '';
  data.type = 'large';
  return was;
}
"""
# In which types a page is wider than the screen; it is left in the type that it had.
WIDTHS = """
(was) => {
  const root = document.documentElement, wide = () => root.scrollWidth > window.innerWidth;
  const found = wide() ? ['large type'] : [];
  delete root.dataset.type;
  if (wide()) found.push('normal type');
  if (was) root.dataset.type = was;
  return found;
}
"""
AGAIN = [
    *("target-size", "color-contrast", "html-has-lang", "html-lang-valid", "valid-lang", "document-title"),
    *("link-name", "button-name", "label", "select-name", "image-alt", "svg-img-alt"),
]
"""What words and colours may change on a page whose elements were judged with all rules in another language."""
# A form of this page, with whatever it is to say: the browser sends it as it sends any other of the site.
SUBMIT = """
([path, pairs, keyed, kind]) => {
  const form = document.createElement('form'), key = document.querySelector('input[name=form_key]');
  form.method = 'post'; form.action = path; form.enctype = kind;
  const add = ([name, value]) => {
    const field = document.createElement('textarea');
    field.name = name; field.value = value; form.append(field);
  };
  if (key && keyed) add(['form_key', key.value]);
  pairs.forEach(add);
  document.body.append(form);
  setTimeout(() => form.submit(), 0);
}
"""
# What a page of ours never has, and all the text it has anywhere.
READ = """
() => {
  const bad = [], words = [], shape = [], root = document.documentElement;
  // Texts and addresses differ from page to page; what a judge of accessibility looks at is the rest.
  const said = /^(href|src|action|value|content|lang|aria-label|data-label)$/;
  for (const node of document.querySelectorAll('*')) {
    const tag = node.tagName.toLowerCase();
    if (['script', 'iframe', 'object', 'embed', 'base', 'i', 'style'].includes(tag)) bad.push(tag);
    if (tag === 'img' && !node.getAttribute('src').startsWith('/static/')) bad.push(node.outerHTML);
    for (const {name, value} of node.attributes) {
      if (name.startsWith('on') || name === 'style' || /[<'"]/.test(name)) bad.push(`${tag} ${name}`);
      if (/^(href|src|action|formaction|xlink:href)$/.test(name) && !/^(\\/(?!\\/)|#|tel:[0-9+ -]*$)/.test(value)) {
        bad.push(`${tag} ${name}=${value}`);
      }
      words.push(value);
      shape.push(name, said.test(name) ? Boolean(value.trim()) : value.replace(/[\\w-]{16,}|\\d+/g, '0'));
    }
    const text = [...node.childNodes].some((each) => each.nodeType === 3 && each.data.trim());
    shape.push(tag, node.parentElement ? node.parentElement.tagName : '', text);
  }
  const walker = document.createTreeWalker(document, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_COMMENT);
  while (walker.nextNode()) words.push(walker.currentNode.data);
  if (window.boomed) bad.push('a script ran');
  return [bad, words.join('\\n'), root.lang, shape.join(' '), root.scrollWidth > window.innerWidth];
}
"""


class Walk:
    """One browser's way through all pages, in one language and on one device; it only notes, tests judge.

    Args:
        browser: of Playwright.
        server: a `Watched` one.
        axe: the judge of accessibility, as a script.
        device: a key of `DEVICES`.
        language: `zh` or `en`.
        dark: whether axe-core judges in dark colours; contrast is measured in both.
        known: the shapes of pages that were judged in another language; those judged here are added by `leave`.

    Attributes:
        answered: status codes by method and route.
        templates: that made a page which was looked at.
        files: routes that gave a file.
        met: the audiences that were shown what may stand in their way.
        marks: of hostile text that was seen on a page.
        barriers: what axe-core found, in light and in dark.
        small: what is too small or too pale in large type.
        wide: pages wider than the screen.
        markup: what was no text.
        typed: the members of requests that were given markup before the walk.
    """

    def __init__(self, browser, server, axe, device, language, *, dark, known):
        self.server, self.language, self._device = server, language, device
        self._schemes = ["dark", "light"] if dark else ["light", "dark"]
        self._browser, self._axe, self._judged, self.visitor = browser, axe, set(), None
        self._known = known
        self.answered, self.templates, self.files, self.met = {}, set(), set(), set()
        self.marks, self.barriers, self.small, self.wide, self.markup = set(), [], [], [], []
        self.typed = set()

    @property
    def page(self):
        """Of Playwright."""
        return self.visitor.page

    @property
    def path(self):
        """Of the page that is open."""
        return urlsplit(self.page.url).path

    def sign_in(self, principal=None):
        """Go on as somebody else, or as nobody."""
        if self.visitor is None:
            self._begin()
        self.page.context.clear_cookies(name="session")
        if principal:
            self.visitor.sign_in(principal)

    def _begin(self):
        self.visitor = Visitor.begin(
            self._browser, self.server.url, self._axe, self._device, self.language, dark=self._schemes[0] == "dark"
        )
        self.page.on("dialog", lambda dialog: (self.markup.append(f"asked: {dialog.message}"), dialog.dismiss()))
        self.page.on("request", self._loads)
        self.page.context.add_init_script("window.boom = () => { window.boomed = true }")

    def leave(self):
        """Close the browser; what it complained about is kept."""
        if self.visitor:
            self.markup += self.visitor.complaints
            self.page.context.close()
        self.visitor = None
        self._known |= self._judged

    def get(self, path, status=200):
        """Open a page and look at it."""
        self.server.rendered.clear()
        answer = self.visitor.go(path)
        return self.arrived("GET", path, answer.status, status)

    def post(self, path, form=None, status=200, *, keyed=True, kind="application/x-www-form-urlencoded"):
        """Send a form from the page that is open, follow, and look at the answer."""
        values = {"once": self._once()} | (form or {})
        pairs = [(name, value) for name, value in values.items() if isinstance(value, str)]
        pairs += [(name, each) for name, value in values.items() if isinstance(value, list) for each in value]
        self.server.rendered.clear()
        with self.page.expect_navigation() as going:
            self.page.evaluate(SUBMIT, [path, pairs, keyed, kind])
        return self.arrived("POST", path, going.value.status, status)

    def file(self, method, path, form=None):
        """Take a file: nothing that a browser shows, whatever it says."""
        key = self.page.locator("input[name=form_key]").first.get_attribute("value")
        sent = {"form_key": key, **(form or {})}
        options = {"form": sent} if method == "POST" else {}
        answer = self.page.context.request.fetch(self.server.url + path, method=method, **options)
        assert answer.ok, (path, answer.status)
        headers = answer.headers
        kept = headers["content-disposition"].startswith("attachment;") and "html" not in headers["content-type"]
        policy = "default-src 'none'" in headers["content-security-policy"]
        if not (kept and policy and headers["x-content-type-options"] == "nosniff"):
            self.markup.append(f"{path} may be shown: {headers}")
        self.files.add((method, route_of(method, path)))
        self._note(method, path, answer.status)
        return answer

    def answer_of_the_api(self, principal, path):
        """Open what the API shows to somebody who reads; it brings its own style, and is no page with a menu."""
        headers = self.server.installation.bearer(principal) | {"Accept": "text/html"}
        self.page.set_extra_http_headers(headers)
        answer = self.visitor.go(path)
        assert answer.headers["content-type"].startswith("text/html"), path
        assert answer.ok, path
        bad, words, *_ = self.page.evaluate(READ)
        self.markup += [f"{path}: {each}" for each in [*bad, *torn(words)] if each != "style"]
        self.barriers += [f"{path}: {each}" for each in self.visitor.violations()]
        self.page.set_extra_http_headers({})

    def links(self, part):
        """Where the links of the page's own part lead that begin so."""
        found = self.page.locator(f"main a[href^='{part}']")
        return [each.get_attribute("href") for each in found.all()]

    def value(self, name):
        """The value of the first field or button of a name."""
        return self.page.locator(f"main [name='{name}']").first.get_attribute("value")

    def _once(self):
        found = self.page.locator("main input[name=once]")
        return found.first.get_attribute("value") if found.count() else ""

    def _loads(self, request):
        own = request.url.startswith(self.server.url)
        if own and request.resource_type != "document" and not urlsplit(request.url).path.startswith("/static/"):
            self.markup.append(f"a page asked for {request.url}")

    def arrived(self, method, path, status, wanted):
        """Look at the page that is open, which answered a request; its status must be the one wanted."""
        where = f"{method} {path} [{self.language}]"
        assert status == wanted, (where, status, self.page.locator("main").inner_text()[:600])
        self._note(method, path, status)
        if method == "POST" and self.path != path:
            self._note("GET", self.path, status)
        self._look(where)
        return self

    def _note(self, method, path, status):
        self.answered.setdefault((method, route_of(method, urlsplit(path).path)), set()).add(status)

    def _look(self, where):
        rendered = set(self.server.rendered)
        bad, words, lang, shape, wide = self.page.evaluate(READ)
        assert not rendered or lang == LANGUAGES[self.language], where
        self.markup += [f"{where}: {each}" for each in [*bad, *torn(words)]]
        self.marks |= {found[1] for found in MARK.finditer(words)}
        self.wide += [where] if wide else []
        # A page of the same elements, classes and roles, with other words in them, has been judged already.
        if shape not in self._judged:
            self._judged.add(shape)
            self._judge(where, AGAIN if shape in self._known else None)
        self.templates |= rendered

    def _judge(self, where, rules):
        """By axe-core in this walk's colours, by measure in light and dark, in large type, as wide as both devices."""
        self.barriers += [f"{where}: {each}" for each in self.visitor.violations(rules)]
        was = self.page.evaluate(LARGE)
        for scheme in reversed(self._schemes):
            self.page.emulate_media(color_scheme=scheme)
            self.small += [f"{where} in {scheme}: {each}" for each in self.visitor.too_small()]
        self.wide += [f"{where} in large type"] if self.visitor.overflows() else []
        [other] = [each for each in DEVICES if each != self._device]
        self.page.set_viewport_size(DEVICES[other])
        self.wide += [f"{where}, {each} on the {other}" for each in self.page.evaluate(WIDTHS, was)]
        self.page.set_viewport_size(DEVICES[self._device])


def route_of(method, path):
    """The route of the pages that serves a path; the path itself where there is none."""
    found = DirectRoutes(page_routes()).find({"method": method, "path": path})
    return found.template if found else path
