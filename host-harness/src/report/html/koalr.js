// News of what is under way, on pages that ask for them; everything else works without a script.
"use strict";
