// The global gettext, ngettext and interpolate come from Django's JavaScriptCatalog, a classic script
// that the page loads before the modules.

/** Put named values into a translated sentence: say(gettext("%(name)s left"), { name }). */
export function say(sentence, values) {
  return interpolate(sentence, values, true);
}

/** The language of the page, for Intl: a person's browser may speak another one. */
export const language = document.documentElement.lang || undefined;
