"""What is said and written on the calls of every day: the check-in, and the one after a visit."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.models import Question, ServiceRequest
from dispatch.speech import saying, spoken
from elders.models import Elder


@spoken
def checkin_call(elder: Elder, language: str) -> str:
    return _(
        "Good day %(name)s, this is One Number. Are you well? If you are well press 1, if you are"
        " not press 2. To speak with a person press 0."
    ) % {"name": elder.name_in(language)}


@spoken
def checkin_text(elder: Elder, language: str) -> str:
    return _("One Number: are you well? Reply 1 if you are, 2 if you are not, 0 and we ring you.")


checkin_thanks = saying(
    gettext_lazy("Thank you. We are glad that you are well, and wish you a good day.")
)

checkin_again = saying(gettext_lazy("We have not heard you. We ring you again in a little while."))


@spoken
def checkin_contact_call(elder: Elder, language: str) -> str:
    return _(
        "This is One Number. %(name)s has not answered today. Press 1 if you have seen or spoken"
        " with %(name)s today and all is well, 2 if you do not know, 0 to speak with a person."
    ) % {"name": elder.name_in(language)}


@spoken
def checkin_contact_text(elder: Elder, language: str) -> str:
    return _(
        "One Number: %(name)s has not answered today. Reply 1 if you have seen or spoken with"
        " %(name)s today and all is well, 2 if you do not know, 0 and we ring you."
    ) % {"name": elder.name_in(language)}


checkin_contact_thanks = saying(gettext_lazy("Thank you. We are glad to hear it."))

checkin_contact_unknown = saying(
    gettext_lazy("Thank you. We go on asking, and then somebody goes and looks.")
)


@spoken
def no_answer(tries: int, language: str) -> str:
    return _(
        "No answer to the daily check-in: rung %(tries)s times, and nobody near her knows."
    ) % {"tries": tries}


@spoken
def survey_call(request: ServiceRequest, first: Question, language: str) -> str:
    return _(
        "This is One Number, about your visit for %(category)s. We have a few short questions."
        " Press a key from 1, not at all, to 5, very much; 9 if you would rather not, 0 to speak"
        " with a person. %(question)s"
    ) % {
        "category": request.category.name_in(language),
        "question": first.name_in(language),
    }


@spoken
def survey_text(request: ServiceRequest, first: Question, language: str) -> str:
    return _(
        "One Number, about your visit for %(category)s: %(question)s Reply with a digit from 1, not"
        " at all, to 5, very much; 0 and we ring you."
    ) % {
        "category": request.category.name_in(language),
        "question": first.name_in(language),
    }


@spoken
def survey_question(question: Question, language: str) -> str:
    return _("%(question)s From 1, not at all, to 5, very much.") % {
        "question": question.name_in(language)
    }


survey_over = saying(gettext_lazy("Thank you, that was all. We wish you a good day."))


@spoken
def dissatisfied(score: str, language: str) -> str:
    return _("Not content with the visit: %(score)s of 5.") % {"score": score}
