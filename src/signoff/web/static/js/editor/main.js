// What only the editor needs. Like everything here it only helps: the form is sent without it, too.
import "./crop.js";
import "./keeping.js";
import "./pictures.js";
import "./snippets.js";
import "./variants.js";
