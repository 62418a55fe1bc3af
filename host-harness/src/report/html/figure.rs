//! Charts as SVG: axes, units and numbers beside every mark.
