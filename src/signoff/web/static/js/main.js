// Everything here only helps: each action also exists as a plain link, button or form.
// Listeners sit on the document, so that parts of the page which are replaced need nothing.
import "./current.js";
import "./dialogs.js";
import "./discussion.js";
import "./forms.js";
import "./keys.js";
import "./live.js";
import "./menus.js";
import "./palette.js";
import "./review.js";
import "./rows.js";
import "./tabs.js";
import "./toasts.js";
