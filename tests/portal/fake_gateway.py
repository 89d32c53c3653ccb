"""A payment gateway with a memory: it keeps orders by their number, and a test says what the payer does."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from domain.kernel.money import Money
from domain.kernel.ports import (
    Alert,
    CheckoutOrder,
    CheckoutSnapshot,
    CheckoutStatus,
    Collectable,
    Decline,
    GatewayRefused,
    GatewayUnavailable,
    Known,
    Movement,
    MovementPage,
    ProviderNews,
    Reversal,
)


@dataclass
class Page:
    """A hosted page that was opened."""

    session_id: str
    order: CheckoutOrder
    status: CheckoutStatus = CheckoutStatus.OPEN
    charge_id: str | None = None
    method: str = ""
    paid_at: datetime | None = None
    decline: Decline | None = None
    attempt_id: str | None = None
    verify_url: str | None = None
    alerts: list[Alert] = field(default_factory=list)
    reversals: list[Reversal] = field(default_factory=list)


class FakeGateway:
    """The port's rules without a wire: the same order is the same page, and only an open page can be ended."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.down = False
        self.refusing = ""
        self.calls: list[str] = []
        self.missed: list[ProviderNews] = []
        self.moved: dict[str, list[Movement]] = {"payments": [], "refunds": [], "disputes": []}
        self.statuses: dict[str, str] = {}
        """Of objects that moved no money."""
        self.warnings: dict[str, tuple[str, Alert]] = {}
        self.bank_debit: bool | None = True
        self.now: datetime | None = None
        """What the provider's clock says of money that moves; None: it says nothing."""
        self._numbers = count(1)

    def collectable(self, currency: str) -> Collectable | None:
        return Collectable(Money(50, currency), Money(99_999_999, currency), Money(1, currency))

    async def open(self, order: CheckoutOrder) -> CheckoutSnapshot:
        self._called("open")
        if self.refusing:
            raise GatewayRefused(self.refusing)
        for page in self.pages.values():
            if page.order.checkout_id == order.checkout_id:
                if page.order != order:
                    raise GatewayRefused("the same key came with another order")
                return self._snapshot(page)
        page = Page(f"cs_fake_{next(self._numbers)}", order)
        self.pages[page.session_id] = page
        return self._snapshot(page)

    async def fetch(self, session_id: str) -> CheckoutSnapshot:
        self._called("fetch")
        if session_id not in self.pages:
            raise GatewayRefused("no such session")
        return self._snapshot(self.pages[session_id])

    async def expire(self, session_id: str) -> CheckoutSnapshot:
        self._called("expire")
        page = self.pages[session_id]
        if page.status is CheckoutStatus.OPEN:
            page.status = CheckoutStatus.EXPIRED
        return self._snapshot(page)

    async def find(self, object_id: str) -> str | None:
        self._called("find")
        if object_id in self.pages:
            return object_id
        of_charge = {page.charge_id: page.session_id for page in self.pages.values()}
        return of_charge.get(object_id)

    async def news(self, since: datetime) -> AsyncIterator[Sequence[ProviderNews]]:
        self._called("news")
        yield tuple(self.missed)

    async def movements(self, of: str, *, since: datetime, after: str | None) -> MovementPage:
        self._called(f"movements {of}")
        rows = [each for each in self.moved[of] if each.happened_at >= since]
        at = 0 if after is None else next(i for i, each in enumerate(rows) if each.object_id == after) + 1
        page = tuple(rows[at : at + 2])
        return MovementPage(page, page[-1].object_id if at + 2 < len(rows) else None)

    async def known(self, object_id: str) -> Known | None:
        self._called("known")
        if object_id in self.statuses:
            return Known(self.statuses[object_id], ())
        found = tuple(each for rows in self.moved.values() for each in rows if each.object_id == object_id)
        return Known("succeeded", found) if found else None

    async def alert(self, object_id: str) -> tuple[str, Alert] | None:
        self._called("alert")
        return self.warnings.get(object_id)

    async def offers_bank_debit(self) -> bool | None:
        self._called("bank debit")
        return self.bank_debit

    # What the payer, the bank and the merchant do -------------------------------------------------

    @property
    def latest(self) -> Page:
        """The page that was opened last."""
        return list(self.pages.values())[-1]

    def pay(self, page: Page, *, method: str = "card ending 4242") -> None:
        page.status, page.method, page.decline, page.attempt_id = CheckoutStatus.PAID, method, None, None
        page.charge_id, page.paid_at = page.charge_id or f"ch_fake_{next(self._numbers)}", self.now

    def decline(self, page: Page, code: str = "card_declined") -> None:
        page.decline, page.attempt_id = Decline("card_declined", code), f"ch_fake_{next(self._numbers)}"

    def debit(self, page: Page) -> None:
        page.status, page.method = CheckoutStatus.PROCESSING, "bank debit"
        page.charge_id = f"py_fake_{next(self._numbers)}"

    def bounce(self, page: Page, code: str = "insufficient_funds") -> None:
        page.status, page.decline, page.verify_url = CheckoutStatus.FAILED, Decline(code), None

    def close(self, page: Page) -> None:
        page.status = CheckoutStatus.EXPIRED

    def reverse(self, page: Page, kind: str, amount: Money, object_id: str | None = None) -> str:
        object_id = object_id or f"re_fake_{next(self._numbers)}"
        page.reversals.append(Reversal(object_id, kind, amount, self.now))
        return object_id

    def _called(self, what: str) -> None:
        self.calls.append(what)
        if self.down:
            raise GatewayUnavailable("the wire is cut")

    def _snapshot(self, page: Page) -> CheckoutSnapshot:
        return CheckoutSnapshot(
            session_id=page.session_id,
            checkout_id=page.order.checkout_id,
            status=page.status,
            amount=page.order.amount,
            charge_id=page.charge_id,
            method=page.method,
            decline=page.decline,
            attempt_id=page.attempt_id,
            paid_at=page.paid_at if page.status is CheckoutStatus.PAID else None,
            verify_url=page.verify_url,
            alerts=tuple(page.alerts),
            methods=page.order.methods,
            reversals=tuple(page.reversals),
            url=f"https://checkout.test/{page.session_id}" if page.status is CheckoutStatus.OPEN else None,
        )
