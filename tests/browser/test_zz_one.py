"""One-off pictures."""
import re, html
from pathlib import Path
from datetime import timedelta
from tests.browser.payer_pages import Tour
from tests.browser.test_payer_pages import *  # noqa
from tests.browser.test_payer_pages import window, show, PHONE
from domain.kernel.money import Money
from domain.casework import questions
from domain.casework.models import Question
from domain.kernel.actor import SHELL
from domain.commitments import plans
from domain.commitments.terms import Schedule, Frequency

async def test_one(tour, browser, core, clock):
    tour.language="de"
    inv=await tour.payer(amount=Money(120_000,"EUR"))
    S=[]
    from tests.browser.payer_pages import Sample
    import re as _re
    async def sent(name,path,fields,of=""):
        page=(await tour.browser.get(of or path)).text
        tok=_re.search(r'name="token" value="(\w+)"',page)[1]
        a=await tour.browser.post(path,{"token":tok,**fields}); print(name,a.status)
        return Sample(name,path,a.text)
    P={"first":"2026-04-01","count":"3","frequency":"monthly","reason":"Unsere Saison beginnt im Mai."}
    S.append(await sent("check","/i/plan",{**P,"go":"check"}))
    S.append(await sent("own","/i/plan",{**P,"go":"own"}))
    await sent("x","/i/plan",{**P,"go":"send"})
    day=(clock.now().date()+timedelta(days=4)).isoformat()
    await sent("x","/i/promise",{"how":"part","amount":"200","on":day})
    await sent("x","/i/question",{"text":"Zu welcher Bestellung gehört das?"})
    await sent("x","/i/dispute",{"code":"wrong_tax","how":"part","amount":"25","description":"7 %"},of="/i/dispute?code=wrong_tax")
    S.append(await tour.seen("invoice","/i"))
    q=await Question.get()
    await questions.answer(core,question_id=q.id,text="Zur Bestellung 4711.\n\nMit freundlichen Grüßen",actor=SHELL)
    await plans.counter(core,invoice_number=inv.number,wanted=Schedule(clock.now().date()+timedelta(days=9),2,Frequency.MONTHLY),actor=SHELL,note="Drei Monate sind uns zu lang.")
    S.append(await tour.seen("counter","/i/plan"))
    S.append(await tour.seen("question","/i/question"))
    samples={each.name:each for each in S}
    context=await window(browser,samples); page=await context.new_page()
    await page.set_viewport_size(PHONE)
    for n,s in samples.items():
        await show(page,s); await page.screenshot(path=Path(f"/tmp/h6b/one/{n}.png"),full_page=True,animations="disabled")
    await context.close()
