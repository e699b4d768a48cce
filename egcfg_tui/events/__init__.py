"""The events of a solve: frozen facts in the past tense that know no screen, disk or clock.

The solver yields them, the recorder adds times and stores them, the front ends show them. Events of a
`transient` class only animate a screen and are never recorded.

This package has every class of its modules, so a new event needs no line here and is recorded all the same.
"""

from egcfg_tui.events.base import *
from egcfg_tui.events.line import *
from egcfg_tui.events.progress import *
from egcfg_tui.events.refresh import *
from egcfg_tui.events.solve import *
from egcfg_tui.events.trial import *
from egcfg_tui.events.user import *
