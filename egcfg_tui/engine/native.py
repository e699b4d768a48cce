"""Imports llama-cpp-python after telling its native threads how to wait.

OpenMP's threads meet at a barrier hundreds of times per token. By default they spin there for seconds. As
soon as another program (a browser, our own sandbox) wants a core, the spinning thread burns the time that
the other one needs: on 2 busy cores that cost a factor of 3 to 10 in tokens per second. Going to sleep at
once costs a third of the speed on idle cores. So the threads spin a thousand times, a few microseconds, and
then sleep. The user's own setting wins. OpenMP reads the variables while the library loads, so they are set
in this module, before the import.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")
# GCC's OpenMP reads this one and prefers it to the policy; other implementations follow the policy.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

import llama_cpp

__all__ = ["llama_cpp"]
