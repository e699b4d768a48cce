"""Imports llama-cpp-python once its native threads have been told how to wait.

OpenMP's threads meet at a barrier hundreds of times a token. By default they spin there for seconds: as soon
as anything else wants a core (a browser, our own sandbox), the spinning thread burns the time its partner
needs, measured on 2 busy cores as 3 to 10 times fewer tokens a second. Going to sleep at once costs a third
of the speed on idle cores. So they look a thousand times, some microseconds, and sleep then. The user's own
setting wins. The library reads it while it is loaded, hence a module of its own.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")
# Read by GCC's OpenMP, where it goes before the policy; others keep to the policy.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

import llama_cpp

__all__ = ["llama_cpp"]
