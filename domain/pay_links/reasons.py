"""Reasons: what is written down about checkouts and money at the provider, in English, to be said again when read."""

from domain.kernel import kept
from domain.kernel.speech import phrase

kept.learn(
    # why a checkout ended
    phrase("nothing is left to pay"),
    phrase("a new link was made"),
    phrase("the amount changed"),
    phrase("the payer did not finish in time"),
    phrase("another page took its place"),
    phrase("no answer came from the payment provider"),
    phrase("the payment provider refused the order: {why}"),
    # what does not fit
    phrase("the order's number is another"),
    phrase("amount or currency is another"),
    phrase("a refund in another currency"),
    phrase("a chargeback in another currency"),
    phrase("a reinstated in another currency"),
    phrase("no checkout and no payment of ours belongs to it"),
    phrase("Stripe does not know it"),
    phrase("at Stripe it is {state}"),
    phrase("in the ledger it is {amount}"),
    # what became of it
    phrase("its news came after all"),
    phrase("Stripe shows it as the ledger has it"),
    # kinds of movements of money
    phrase("payment"),
    phrase("refund"),
    phrase("chargeback"),
    phrase("reinstated"),
    # what is odd about the provider
    phrase("Stripe knows none of {n} of our entries"),
    phrase("Is PLIXO_STRIPE_API_KEY of another account, or of the other mode, than they came from?"),
    # why a plan was taken back
    phrase("other terms are asked for"),
)
