"""Invented texts, names and dates for ``benchmarks.seed``, with the sizes and distribution of real dossiers.

Everything is derived from the number of a record, so that all machines measure the same content.
"""

import random
import uuid
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from ctportal.core.countries import COUNTRY_CODES, WITHOUT_REGION, country_name
from ctportal.core.languages import CODES

PREFIX = "scale-"  # of all slugs; distinguishes synthetic from real content
COUNTRIES = tuple(code for code in COUNTRY_CODES if code not in WITHOUT_REGION)
TIME_ZONES = ("UTC", "Asia/Dushanbe", "Europe/Vienna", "Africa/Nairobi", "America/New_York")
FIRST_DAY = date(1990, 1, 8)
LAST_DAY = date(2026, 12, 18)
LATEST_RELEASE = datetime(2026, 6, 30, 9, 0, tzinfo=UTC)  # no synthetic edition is to come
PARAGRAPHS = 60  # for each language; texts are chosen from them
WORDS_PER_PARAGRAPH = 80

_NAMESPACE = uuid.UUID("5f0c5b3e-7f0e-4d0c-9c58-0d6f4a1f7c11")

WORDS = {
    "en": (
        "the of and to in for with on by from participants States regional cooperation exchange experience prevention border "
        "security community youth technology finance law support measures programme session discussion national authorities "
        "practical training partners civil society victims response framework strategy implementation capacity information "
        "sharing meeting agenda proposals experts lessons common standards human rights coordination resources network"
    ),
    "fr": (
        "le la de et à en pour avec sur par des les participants États coopération régionale échange expérience prévention "
        "frontières sécurité communauté jeunesse technologie finances droit appui mesures programme séance débat autorités "
        "nationales formation partenaires société civile victimes réponse cadre stratégie mise œuvre capacités information "
        "réunion ordre du jour propositions experts enseignements normes communes droits humains coordination réseau"
    ),
    "es": (
        "el la de y a en para con sobre por los las participantes Estados cooperación regional intercambio experiencia "
        "prevención fronteras seguridad comunidad juventud tecnología finanzas derecho apoyo medidas programa sesión debate "
        "autoridades nacionales formación asociados sociedad civil víctimas respuesta marco estrategia aplicación capacidad "
        "información reunión agenda propuestas expertos lecciones normas comunes derechos humanos coordinación red"
    ),
    "ru": (
        "и в на с по для от участники государства региональное сотрудничество обмен опыт предупреждение границы безопасность "
        "сообщество молодёжь технологии финансы право поддержка меры программа заседание обсуждение национальные органы "
        "практическая подготовка партнёры гражданское общество жертвы ответ рамки стратегия осуществление потенциал "
        "информация встреча повестка предложения эксперты уроки общие нормы права человека координация ресурсы сеть"
    ),
    "ar": (
        "في من على إلى مع عن المشاركون الدول التعاون الإقليمي تبادل الخبرات الوقاية الحدود الأمن المجتمع الشباب التكنولوجيا "
        "التمويل القانون الدعم التدابير البرنامج الجلسة المناقشة السلطات الوطنية التدريب الشركاء المدني الضحايا الاستجابة "
        "الإطار الاستراتيجية التنفيذ القدرات المعلومات الاجتماع الأعمال المقترحات الخبراء الدروس المعايير المشتركة الحقوق"
    ),
    "zh": (
        "与会者 各国 区域 合作 交流 经验 预防 边境 安全 社区 青年 技术 金融 法律 支持 措施 方案 会议 讨论 国家 当局 实践 培训 伙伴 "
        "民间 社会 受害者 应对 框架 战略 执行 能力 信息 共享 议程 建议 专家 教训 共同 标准 人权 协调 资源 网络"
    ),
}
JOINTS = {code: ("" if code == "zh" else " ") for code in CODES}
STOPS = {code: ("。" if code == "zh" else ". ") for code in CODES}


def uid(kind, number):
    """Return the permanent identifier of the *number*-th record of *kind*."""
    return uuid.uuid5(_NAMESPACE, f"{kind}-{number}")


def slug(kind, number):
    return f"{PREFIX}{kind}-{number:05d}"


@cache
def paragraphs(language):
    """Return PARAGRAPHS plain texts of WORDS_PER_PARAGRAPH words each."""
    draw = random.Random(f"paragraphs {language}")
    return tuple(_paragraph(draw, language) for _ in range(PARAGRAPHS))


def _paragraph(draw, language):
    words = WORDS[language].split()
    # As in natural language, some words are much more frequent than others.
    chosen = draw.choices(words, weights=[1 / (rank + 3) for rank in range(len(words))], k=WORDS_PER_PARAGRAPH)
    sentences = [chosen[start : start + 16] for start in range(0, WORDS_PER_PARAGRAPH, 16)]
    written = (JOINTS[language].join(sentence) for sentence in sentences)
    return STOPS[language].join(text[0].upper() + text[1:] for text in written) + STOPS[language].strip()


def html(language, number, words):
    """Return the *number*-th rich text in *language*: about *words* words, with a heading and a list."""
    pool = paragraphs(language)
    chosen = [pool[(number * 7 + step * 11) % PARAGRAPHS] for step in range(max(1, round(words / WORDS_PER_PARAGRAPH)))]
    body = "".join(f"<p>{text}</p>" for text in chosen)
    points = "".join(f"<li><p>{phrase(language, number + step, 6)}</p></li>" for step in range(2))
    return f"<h2>{phrase(language, number, 4)}</h2>{body}<ul>{points}</ul>"


def phrase(language, number, words):
    """Return *words* words with an initial capital, such as for a title or a label."""
    pool = WORDS[language].split()[12:]
    chosen = [pool[(number * 13 + step * 29 + step * step) % len(pool)] for step in range(words)]
    text = JOINTS[language].join(chosen)
    return text[0].upper() + text[1:]


def summary(language, number):
    return paragraphs(language)[number % PARAGRAPHS].split(STOPS[language].strip())[0] + STOPS[language].strip()


def languages(number):
    """Return the languages of the *number*-th record, the original first. Most records have one, some have all six."""
    original = ("fr", "ru", "es")[number // 15 % 3] if number % 15 == 0 else "en"
    if number % 24 == 0:
        more = CODES
    else:
        more = [code for code, every in (("ru", 6), ("fr", 7), ("ar", 11)) if number % every == 0]
    return [original, *(code for code in more if code != original)]


def first_day(number):
    """Return a day between FIRST_DAY and LAST_DAY. Consecutive numbers give distant days."""
    return FIRST_DAY + timedelta(days=number * 7919 % ((LAST_DAY - FIRST_DAY).days + 1))


def release(day, number, *, hour):
    """Return a unique instant of publication for a record of *day*, not later than LATEST_RELEASE."""
    at = datetime.combine(day, time(hour), tzinfo=UTC)
    return min(at, LATEST_RELEASE + timedelta(hours=hour)) + timedelta(seconds=number % 3600)


def place(country, language):
    """Return the name of the invented city of *country*."""
    name = country_name(country, language)
    return f"{name} City" if language == "en" else name
