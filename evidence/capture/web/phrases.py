"""How sites say that they want a person, want a login, or no longer have something: in the words that they use.

Regular expressions, one to a line. They are looked for in titles, and in the text of pages that say little else.
"""

from __future__ import annotations

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


CAPTCHA = _any(
    r"verify (that )?you are (a )?human",
    r"are you a robot",
    r"i.m not a robot",
    r"unusual traffic",
    r"just a moment\b",
    r"checking your browser",
    r"complete the (security )?check",
    r"enter the characters you see",
    r"press (and|&) hold",
    r"로봇이 ?아닙니다",
    r"자동 ?(등록|입력) ?방지",
    r"보안 ?문자",
    r"비정상적인 (접근|트래픽)",
    r"사람인지 확인",
    r"je ne suis pas un robot",
    r"êtes un humain",
)
GONE = _any(
    r"(this|the|that) (page|post|tweet|video|content|account|channel|thread|topic|message|reel|story) (you.{0,40} )?"
    r"(doesn.t exist|does not exist|isn.t available|is not available|is unavailable|no longer exists|"
    r"is no longer available|was deleted|has been (deleted|removed)|was removed|could not be found|cannot be found)",
    r"sorry, this page isn.t available",
    r"hmm\.{0,3}.{0,3}this page doesn.t exist",
    r"page not found",
    r"post not found",
    r"account (has been )?suspended",
    r"from a suspended account",
    r"video unavailable",
    r"삭제된 (게시|글|페이지|동영상|계정|메시지|콘텐츠)",
    r"삭제되었거나",
    r"삭제되었습니다",
    r"존재하지 ?않는 (게시|글|페이지|계정|회원|주소)",
    r"페이지를 (사용|찾을) ?(할 )?수 없",
    r"찾을 수 없는 페이지",
    r"이용(이 정지|할 수 없)",
    r"더 이상 (존재하지|볼 수 없)",
    r"cette page n.existe (pas|plus)",
    r"n.est (plus|pas) disponible",
    r"a été (supprimée?|retirée?)",
    r"page introuvable",
)
LOGIN_PATH = _any(
    r"(^|/)(accounts/login|i/flow/login|login|log-in|signin|sign-in|sign_in|session/new|member/login|auth/login|"
    r"wp-login\.php|login\.php|nidlogin\.login|connexion)(/|$|\.)",
)
LOGIN = _any(
    r"log ?in to (continue|see|view|x\b|twitter|instagram|facebook|your account)",
    r"sign in to (continue|see|view|x\b)",
    r"you (must|need to) (be logged in|log ?in|sign ?in)",
    r"members only",
    r"please log ?in",
    r"로그인(이 필요| 후 이용| 후에 이용|하세요|해 ?주세요|하셔야|해야)",
    r"회원만",
    r"connectez-vous",
    r"vous devez (être connecté|vous connecter)",
)
