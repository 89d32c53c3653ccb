"""Mail health: what bounces, complaints and refusals mean for what may leave (the job ``judge_health``)."""

from domain.kernel.core import Core
from domain.outreach import breakers, warm_up


async def judge(core: Core) -> None:
    """Judge the breakers, each time, and the warm-up, once a day; safe to run at any time and twice at once."""
    await breakers.judge(core)
    await warm_up.judge(core)
