/** Whether the page is so narrow that it shows one thing at a time; the style sheets have the same width. */
export const phone = matchMedia("(width <= 760px)");
