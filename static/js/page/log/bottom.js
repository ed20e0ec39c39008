import { say } from "../../words.js";

const NEAR = 48; // pixels: so near to the end one reads the newest line
const FAR = 1.5; // screens: so far from the end one is offered the way back

/** Keeps a log at its end, if that is where it was; otherwise counts what is new and offers it. */
export class Bottom {
  #scroller;
  #button;
  #stays = true;
  #top = 0;
  #shown = true;
  #news = 0;

  constructor(scroller, content, button) {
    this.#scroller = scroller;
    this.#button = button;
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    button.addEventListener("click", () => this.go());
    const sizes = new ResizeObserver(() => this.#resized());
    sizes.observe(scroller);
    sizes.observe(content);
  }

  /** Whether the newest line is (to be) in view. */
  get stays() {
    return this.#stays;
  }

  /** To be called after anything was added or changed. */
  keep() {
    if (this.#stays) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  /** `count` lines are new. */
  news(count) {
    if (!this.#stays) this.#news += count;
    this.keep();
    this.#offer();
  }

  go() {
    const hadFocus = document.activeElement === this.#button;
    this.#stays = true;
    this.keep();
    this.#arrived();
    if (hadFocus) this.#scroller.focus({ preventScroll: true }); // the button is gone
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    if (!clientHeight) return;
    // Only a way upwards is somebody's wish to leave the end: content that grows is none.
    if (scrollHeight - scrollTop - clientHeight < NEAR) this.#arrived();
    else if (scrollTop < this.#top) this.#stays = false;
    this.#top = scrollTop;
    this.#offer();
  }

  #arrived() {
    this.#stays = true;
    this.#news = 0;
    this.#offer();
  }

  #resized() {
    const shown = this.#scroller.clientHeight > 0;
    // What is not displayed (another room, on a phone) forgets where it was scrolled to.
    if (shown && !this.#shown && !this.#stays) this.#scroller.scrollTop = this.#top;
    this.#shown = shown;
    this.keep();
    this.#offer();
  }

  #offer() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const far = scrollHeight - scrollTop - clientHeight > clientHeight * FAR;
    this.#button.hidden = this.#stays || (!this.#news && !far);
    this.#button.toggleAttribute("data-news", this.#news > 0);
    const words = this.#news
      ? say(ngettext("%(count)s new message", "%(count)s new messages", this.#news), { count: this.#news })
      : gettext("To the newest");
    const label = this.#button.querySelector("span");
    if (label.textContent !== words) label.textContent = words;
  }
}
