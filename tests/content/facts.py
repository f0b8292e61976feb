"""Facts from the public sources, written by hand and independent of the fixtures.

FACTS[record][question] is the complete answer: a list where there may be several, else a text. Each question is a function
of that name in ``test_facts``. COMES_FROM tells the source of each answer, a key of SOURCES or several. Organizations are named by their acronym where they have one. Dates for which the sources
give only a month or a year have that precision.
"""

MINSK_FILES = "https://www.un.org/counterterrorism/ctitf/sites/www.un.org.counterterrorism.ctitf/files/"
UNOCT_FILES = "https://www.un.org/counterterrorism/sites/www.un.org.counterterrorism/files/"
UNOCT_FILES_HTTP = "http://www.un.org/counterterrorism/sites/www.un.org.counterterrorism/files/"
REMARKS = "Remarks of the Under-Secretary-General at the side event in New York"
VORONKOV = "Vladimir Voronkov, Under-Secretary-General of the United Nations Office of Counter-Terrorism"

FACTS = {
    # The seven regional conferences
    "conferences/dushanbe-2019": {
        "title": (
            "International and Regional Cooperation on Countering Terrorism and its Financing through "
            "Illicit Drug Trafficking and Organized Crime"
        ),
        "dates": "2019-05-15 to 2019-05-17",
        "place": "Dushanbe, TJ",
        "follows_up_on": "new-york-hlc-2018",
        "status": "held",
        "ordinals": ["1 of regional-conferences", "2 of dushanbe-process"],
        "organizers": [
            "EU: in-cooperation-with",
            "Government of the Republic of Tajikistan: convener",
            "Government of the Republic of Tajikistan: host",
            "OSCE: in-cooperation-with",
            "UN: in-cooperation-with",
        ],
        "documents": ["declaration: ar en es fr ru zh"],
    },
    "conferences/ulaanbaatar-2019": {
        "title": (
            "Whole-of-Society-Approach to Preventing and Countering Violent Extremism and Radicalization "
            "that Lead to Terrorism"
        ),
        "dates": "2019-06-20 to 2019-06-21",
        "place": "Ulaanbaatar, MN",
        "follows_up_on": "new-york-hlc-2018",
        "status": "held",
        "ordinals": ["2 of regional-conferences"],
        "organizers": [
            "Ministry of Foreign Affairs of Mongolia: convener",
            "Mongolia: host",
            "National Counter-Terrorism Coordination Council of Mongolia: convener",
            "OSCE Secretariat: in-cooperation-with",
            "UNOCT: in-cooperation-with",
        ],
        "references": ["A/RES/72/284", "S/RES/2395 (2017)"],
    },
    "conferences/nairobi-2019": {
        "title": (
            "African Regional High-level Conference on Counter-Terrorism and the Prevention of Violent Extremism "
            "Conducive to Terrorism"
        ),
        "dates": "2019-07-10 to 2019-07-11",
        "place": "Nairobi, KE",
        "follows_up_on": "new-york-hlc-2018",
        "status": "held",
        "ordinals": ["3 of regional-conferences"],
        "organizers": ["Republic of Kenya: convener", "Republic of Kenya: host", "UNOCT: convener"],
        "people": ["António Guterres, Secretary-General of the United Nations", VORONKOV],
        "photo_credits": ["UNIC Kenya"],
    },
    "conferences/minsk-2019": {
        "title": "Countering Terrorism Through Innovative Approaches and the Use of New and Emerging Technologies",
        "short_title": "",
        "dates": "2019-09-03 to 2019-09-04",
        "place": "Minsk, BY",
        "follows_up_on": "new-york-hlc-2018",
        "status": "held",
        "ordinals": ["4 of regional-conferences"],
        "organizers": ["Republic of Belarus: co-organizer", "Republic of Belarus: host", "UNOCT: co-organizer"],
        "main_topics": [
            "The Nature of Threat: Misuse of New Technologies and Artificial Intelligence by Terrorists",
            "Innovative Use of New Technologies to Strengthen Detection Capacity",
            (
                "Development of National, Regional and International Approaches and Strategies to Address the Misuse of "
                "New Technologies and Artificial Intelligence by Terrorists"
            ),
        ],
        "figures": [
            "close to 400 participants (actual)",
            "exactly 55 countries (actual)",
            "exactly 10 organizations (actual)",
        ],
        "figure_sources": ["new-york-side-event-2019-remarks"],
        "figure_dates": ["2019-09-26"],
        "opened_by": ["Alexander Lukashenko, President of the Republic of Belarus"],
        "people": ["Alexander Lukashenko, President of the Republic of Belarus", VORONKOV],
        "documents": ["co-chairs-summary: en", "press-release: en", "press-release: en ru", "statement: ru"],
        "links": [
            (
                "photo-coverage: https://un.by/en/photos-and-videos/photos/266-photos-of-2019/4801-international-high-level-"
                "conference-countering-terrorism-through-innovative-approaches-and-the-use-of-new-and-emerging-technologies"
            ),
        ],
    },
    "conferences/budapest-2019": {
        "title": "Prevention of Radicalization to Terrorism: Regional Policy Responses and Risk Mitigation",
        "dates": "2019-11-07 to 2019-11-08",
        "place": "Budapest, HU",
        "follows_up_on": "new-york-hlc-2018",
        "status": "held",
        "ordinals": ["5 of regional-conferences"],
        "organizers": ["Government of Hungary: co-organizer", "UNOCT: co-organizer"],
        "announced_dates": ["2019-11 (month)"],
        "sources_of_dates": [f"2019-09-26: {REMARKS}"],
        "main_topics": [
            "Addressing terrorist narratives through preventive strategies",
            "Assessing and mitigating the risks posed by returning foreign terrorist fighters",
            "Engaging youth in preventing and countering violent extremism conducive to terrorism",
        ],
        "figures": ["about 145 participants (expected)"],
        "people": ["Vladimir Voronkov, Under-Secretary-General of UNOCT"],
        "documents": ["co-chairs-summary: en", "keynote-address: en", "press-release: en", "press-release: en"],
        "links": [
            "web-page: https://www.un.org/en/counterterrorism/hlc/index.shtml",
            "web-page: https://www.un.org/sg/en",
        ],
    },
    "conferences/abu-dhabi-2019": {
        "title": (
            "Empowering Youth and Promoting Tolerance: Practical Approaches to Preventing and Countering Violent "
            "Extremism Conducive to Terrorism"
        ),
        "alternate_title": (
            "Empowering Youth and Promoting Tolerance: Practical Approaches to Countering Terrorist Radicalization and "
            "Terrorism"
        ),
        "dates": "2019-12-18 to 2019-12-19",
        "place": "Abu Dhabi, AE",
        "follows_up_on": "new-york-hlc-2018",
        "status": "held",
        "ordinals": ["6 of regional-conferences"],
        "organizers": [
            "Hedayah: co-organizer",
            "UNOCT: co-organizer",
            "United Arab Emirates: co-organizer",
        ],
        "announced_dates": ["2019-12 (month)"],
        "sources_of_dates": [f"2019-09-26: {REMARKS}"],
        "sessions": [
            "Opening session",
            (
                "High-Level Panel on Empowering Youth for Preventing and Countering Violent Extremism Conducive to "
                "Terrorism (PCVE)"
            ),
            "High-Level Panel on Promoting Tolerance for PCVE",
            (
                "Youth Circle on Enhancing partnerships between governments, youth, community and religious actors to "
                "promote the values of tolerance and strengthen resilience to terrorist narratives"
            ),
            "Closing session",
        ],
        "figures": ["more than 300 participants (expected)"],
        "people": [VORONKOV],
        "documents": ["co-chairs-summary: ar en", "keynote-address: ar en", *2 * ["press-release: ar en"]],
        "session_links": [
            (
                "video: http://webtv.un.org/search/empowering-youth-and-promoting-tolerance-practical-approaches-to-preventing-"
                "and-countering-violent-extremism-conducive-to-terrorism-abu-dhabi-uae-18-december-2019/6116736511001/"
                "?term=&lan=english&page=2"
            ),
        ],
        "session_days": [
            "opening: 2019-12-18",
            "panel: day not known",
            "panel: day not known",
            "session: day not known",
            "closing: 2019-12-19",
        ],
        "links": [
            "web-page: http://www.un.org/sg",
            "web-page: https://www.un.org/counterterrorism/2018-counter-terrorism-week",
            "web-page: https://www.un.org/counterterrorism/regional-conferences-0",
        ],
        "photo_credits": ["UNOCT"],
    },
    "conferences/vienna-2020": {
        "title": "Foreign Terrorist Fighters – Addressing Current Challenges",
        "short_title": "",
        "dates": "2020-02-11 to 2020-02-12",
        "place": "Vienna, AT",
        "follows_up_on": "new-york-hlc-2018",
        "status": "held",
        "ordinals": ["7 of regional-conferences"],
        "organizers": [
            "Albanian OSCE Chairmanship: in-cooperation-with",
            "Government of Switzerland: co-organizer",
            "OSCE: co-organizer",
            "UNOCT: co-organizer",
        ],
        "announced_dates": ["2020 (year)"],
        "reasons_of_dates": ["Planned for early 2020, at the headquarters of the OSCE"],
        "sources_of_dates": [f"2019-09-26: {REMARKS}"],
        "sessions": [
            "Opening session",
            "1. Responses to incitement, recruitment for and facilitation of FTF activities",
            "2. Preventing FTF travel",
            "3. Gathering and sharing of evidence",
            "4. Prosecution of FTFs",
            "5. Repatriation, rehabilitation and reintegration",
        ],
        "session_days": ["opening: 2020-02-11", *5 * ["session: day not known"]],
        "session_figures": ["more than 400 participants (actual)", "more than 70 countries (actual)"],
        "figures": [],
        "opened_by": [
            "Ghada Fathi Waly, Executive Director, UNODC",
            "Igli Hasani, Permanent Representative of Albania, Chair of the OSCE Permanent Council",
            "Johannes Matyassy, State Secretary, Federal Department of Foreign Affairs, Switzerland",
            "Thomas Greminger, Secretary General, OSCE",
            "Vladimir Voronkov, Under-Secretary-General, UN Office of Counter-Terrorism",
        ],
        "people": [
            "Ghada Fathi Waly, Executive Director, UNODC",
            "Igli Hasani, Permanent Representative of Albania, Chair of the OSCE Permanent Council",
            "Johannes Matyassy, State Secretary, Federal Department of Foreign Affairs, Switzerland",
            "Thomas Greminger, Secretary General, OSCE",
            "Vladimir Voronkov, Under-Secretary-General, UN Office of Counter-Terrorism",
            "Wolfgang Amadeus Brülhart, Swiss Permanent Representative to the OSCE and UN",
        ],
        "people_from": [
            "Ghada Fathi Waly: unodc",
            "Igli Hasani: osce-permanent-council",
            "Johannes Matyassy: switzerland-foreign-affairs",
            "Thomas Greminger: osce",
            "Vladimir Voronkov: unoct",
            "Wolfgang Amadeus Brülhart: switzerland",
        ],
        "documents": ["co-chairs-summary: en", "press-release: en", "press-release: en fr", "statement: en fr"],
        # The Strategy of 2006 with its reviews up to that day, then the documents that are named.
        "references": [
            "A/RES/60/288",
            "A/RES/62/272",
            "A/RES/64/297",
            "A/RES/66/282",
            "A/RES/68/276",
            "A/RES/70/291",
            "A/RES/72/284",
            "S/RES/2427 (2018)",
            "S/RES/2396 (2017)",
            "S/RES/2178 (2014)",
            "S/2015/939",
            "S/2018/1177",
            "key-principles-women-and-children",
        ],
        "links": [
            "web-page: https://www.osce.org/participating-states",
            "web-page: https://www.osce.org/partners-for-cooperation",
            "web-page: https://www.un.org/counterterrorism/2020-counter-terrorism-week",
            "web-page: https://www.un.org/counterterrorism/foreign-terrorist-fighters",
            "web-page: https://www.un.org/counterterrorism/regional-conferences-0",
            "web-page: https://www.un.org/en/counterterrorism/hlc/index.shtml",
            "web-page: https://www.un.org/en/sections/about-un/funds-programmes-specialized-agencies-and-others/",
            "web-page: https://www.un.org/en/sections/issues-depth/human-rights/",
            "web-page: https://www.un.org/ruleoflaw/",
            "web-page: https://www.un.org/sg/en",
        ],
    },
    # Announced, not one of the seven
    "conferences/trinidad-and-tobago-2019": {
        "dates": "2019-10 (month)",
        "place": "TT",
        "status": "planned",
        "announced_dates": ["2019-10 (month)"],
        "sources_of_dates": [f"2019-09-26: {REMARKS}"],
        "ordinals": ["unnumbered in regional-conferences"],
        "organizers": ["CARICOM: in-cooperation-with", "UNOCT: co-organizer"],
    },
    # Events around them
    "conferences/abu-dhabi-civil-society-2019": {
        "dates": "2019-12-17 to 2019-12-17",
        "place": "Abu Dhabi, AE",
        "parent": "abu-dhabi-2019",
        "documents": ["statement: ar en"],
    },
    "conferences/vienna-civil-society-2020": {
        "dates": "2020-02-10 to 2020-02-10",
        "place": "Vienna, AT",
        "parent": "vienna-2020",
        "organizers": ["Global Center on Cooperative Security: co-organizer", "UNOCT: co-organizer"],
    },
    "conferences/new-york-side-event-2019": {
        "title": "Side Event on Countering Terrorism with New and Emerging Technologies",
        "dates": "2019-09-26 to 2019-09-26",
        "place": "New York, US",
        "status": "held",
        "follows_up_on": "minsk-2019",
        "organizers": ["Republic of Belarus: co-organizer", "UNOCT: co-organizer"],
        "rooms": ["2019-09-26 11:00 CR6"],
        "people": [
            "Péter Szijjártó, Minister",
            "Vladimir Makei",
            VORONKOV,
        ],
        "people_from": ["Péter Szijjártó: hungary", "Vladimir Makei: belarus", "Vladimir Voronkov: unoct"],
        "documents": ["statement: en"],
    },
    # Dushanbe before and after, and Tashkent
    "conferences/dushanbe-2018": {
        "title": "Countering terrorism and preventing violent extremism",
        "dates": "2018-05-03 to 2018-05-04",
        "place": "Dushanbe, TJ",
        "status": "held",
        "ordinals": ["1 of dushanbe-process"],
        "organizers": [
            "EU: co-organizer",
            "Government of the Republic of Tajikistan: co-organizer",
            "OSCE: co-organizer",
            "State of Qatar: donor",
            "UN: co-organizer",
        ],
        "figures": [
            "exactly 47 member-states (actual)",
            "several un-delegations (actual)",
            "many regional-organizations (actual)",
        ],
        "figure_sources": ["dushanbe-2018-news-item"],
        "sessions": [
            "Plenary session",
            "Meeting with the Secretary-General of the Shanghai Cooperation Organization",
            "Meeting between the President of Tajikistan and the United Nations delegation",
            "Bilateral meetings of the Executive Director of CTED",
        ],
        "session_organizers": [
            "UNAMA: in-cooperation-with",
            "UNOCT: in-cooperation-with",
            "UNRCCA: in-cooperation-with",
        ],
        "session_days": [
            "plenary: day not known",
            *3 * ["bilateral-meeting: day not known"],
        ],
        "people": [
            "Michèle Coninsx, Executive Director of the Counter-Terrorism Committee Executive Directorate",
            "Rashid Alimov, Secretary-General of the Shanghai Cooperation Organization",
        ],
        "unnamed_people": [
            "Legal Officer of the Counter-Terrorism Committee Executive Directorate, cted: speaker",
            "President of Tajikistan, tajikistan: present",
            "Minister of Foreign Affairs of Tajikistan, tajikistan-foreign-ministry: present",
            *(
                f"High-level officials, {country}: present"
                for country in (
                    "afghanistan",
                    "india",
                    "kyrgyzstan",
                    "oman",
                    "qatar",
                    "russian-federation",
                    "uzbekistan",
                )
            ),
            "United Nations Resident Coordinator in Tajikistan, united-nations: present",
            "Heads of regional organizations: present",
        ],
        "documents": ["news-item: en", "statement: en"],
    },
    "conferences/dushanbe-2022": {
        "expected_documents": ["report 2022-11: Detailed report of the conference"],
        "issuers_of_expected": [
            "unoct: UNOCT, in collaboration with the Ministry of Foreign Affairs of Tajikistan and other co-organizers"
        ],
        "sessions": [
            "Side event on border security",
            "Side event on behavioural insights",
            "Side event on resource mobilization",
            "Closing",
        ],
        "session_days": [*3 * ["side-event: day not known"], "closing: 2022-10-19"],
        "title": (
            "International and Regional Border Security and Management Cooperation to Counter Terrorism and Prevent the "
            "Movement of Terrorists"
        ),
        "dates": "2022-10-18 to 2022-10-19",
        "place": "Dushanbe, TJ",
        "status": "held",
        "ordinals": ["3 of dushanbe-process"],
        "organizers": [
            "EU: co-organizer",
            "Government of the Republic of Tajikistan: host",
            "Ministry of Foreign Affairs of Tajikistan: co-organizer",
            "OSCE: co-organizer",
            "State of Qatar: donor",
            "UNOCT: co-organizer",
            "UNRCCA: co-organizer",
        ],
        "figures": ["more than 700 participants (actual)", "exactly 4 side-events (actual)"],
        "figure_sources": ["dushanbe-2022-closing-remarks"],
        "figure_dates": ["2022-10-19"],
        "people": [VORONKOV],
        "documents": ["statement and co-chairs-summary: en"],
    },
    "conferences/tashkent-2022": {
        "dates": "2022-03 (month)",
        "place": "Tashkent, UZ",
        "status": "held",
    },
    # New York
    "conferences/new-york-hlc-2018": {
        "short_title": "High-level Conference 2018",
        "dates": "2018-06 (month)",
        "place": "New York, US",
        "status": "held",
        "ordinals": ["1 of high-level-conferences"],
        "alternate_title": "First High-Level Conference on Counter-Terrorism",
        "conveners": ["António Guterres, Secretary-General of the United Nations"],
        "links": ["web-page: https://www.un.org/en/counterterrorism/hlc/index.shtml"],
    },
    "conferences/new-york-hlc-2020": {
        "short_title": "High-level Conference 2020",
        "dates": "2020-07-01 to 2020-07-02",
        "place": "New York, US",
        "status": "postponed",
        "ordinals": ["2 of high-level-conferences"],
        "alternate_title": "Second High-Level Conference on Counter-Terrorism",
        "conveners": ["Secretary-General of the United Nations"],
        "announced_dates": ["2020 (year)", "2020-06 (month)", "2020-07-01 to 2020-07-02"],
        "reasons_of_dates": ["Planned for the summer of 2020"],
        "sources_of_dates": [
            f"2019-09-26: {REMARKS}",
            "undated: Page of the Dushanbe conference of 2019",
            "undated: Page of the Vienna conference",
        ],
        "parent": "ct-week-2020",
    },
    "conferences/new-york-hlc-2023": {
        "expected_documents": ["report 2023-09: Detailed outcome report of the High-Level Conference"],
        "issuers_of_expected": ["unoct: UNOCT, in consultation with partners"],
        "alternate_title": "Third United Nations High-Level Conference on Counter-Terrorism",
        "session_days": ["closing: 2023-06-20"],
        "title": "Third High-Level Conference of Heads of Counter-Terrorism Agencies of Member States",
        "motto": "Addressing Terrorism through Reinvigorated Multilateralism and Institutional Cooperation",
        "short_title": "High-level Conference 2023",
        "dates": "2023-06-19 to 2023-06-20",
        "place": "New York, US",
        "venue": "United Nations Headquarters",
        "status": "held",
        "format": "in-person",
        "ordinals": ["3 of high-level-conferences"],
        "organizers": ["UNOCT: organizer"],
        "figures": [
            "more than 1000 participants (actual)",
            "exactly 160 member-states (actual)",
            "exactly 23 organizations (actual)",
            "exactly 23 un-entities (actual)",
            "exactly 135 institutions (actual)",
        ],
        "figure_sources": ["new-york-hlc-2023-closing-press-release"],
        "figure_dates": ["2023-06-20"],
        "people": ["Vladimir Voronkov, United Nations Under-Secretary-General for Counter-Terrorism"],
        "parent": "ct-week-2023",
        "contact": "OCT-info@un.org",
        "documents": ["co-chairs-summary: en", "press-release: en fr"],
        "links": ["web-page: https://www.un.org/counterterrorism/2023-counter-terrorism-week"],
    },
    "conferences/ct-week-2018": {
        "dates": "2018 (year)",
        "organizers": [],
        "ordinals": ["1 of counter-terrorism-weeks"],
        "links": ["web-page: https://www.un.org/counterterrorism/2018-counter-terrorism-week"],
    },
    "conferences/ct-week-2020": {
        "dates": "2020 (year)",
        "status": "postponed",
        "announced_dates": ["2020 (year)"],
        "sources_of_dates": [f"2019-09-26: {REMARKS}"],
        "organizers": [],
        "ordinals": ["2 of counter-terrorism-weeks"],
        "links": ["web-page: https://www.un.org/counterterrorism/2020-counter-terrorism-week"],
    },
    "conferences/ct-week-2023": {
        "short_title": "Counter-Terrorism Week 2023",
        "dates": "2023-06-19 to 2023-06-23",
        "place": "New York, US",
        "status": "held",
        "organizers": [],
        "ordinals": ["3 of counter-terrorism-weeks"],
        "session_days": ["plenary: 2023-06-22", "plenary: 2023-06-23"],
        "session_organizers": [
            "United Nations General Assembly: organizer",
            "United Nations General Assembly: organizer",
        ],
        "figures": ["exactly 40 side-events (actual)", "more than 95 stakeholders (actual)"],
        "figure_sources": ["new-york-hlc-2023-closing-press-release"],
        "figure_dates": ["2023-06-20"],
        "links": ["web-page: https://www.un.org/counterterrorism/2023-counter-terrorism-week"],
    },
    "conferences/global-congress-victims-2022": {
        "dates": "2022-09 (month)",
        "status": "held",
        "conveners": ["Secretary-General of the United Nations"],
        "reasons_of_dates": ["Planned for the summer of 2020, with the second Counter-Terrorism Week"],
        "announced_dates": ["2020 (year)"],
        "sources_of_dates": [f"2019-09-26: {REMARKS}"],
    },
    # Documents of the dossiers
    "documents/dushanbe-declaration-2019": {
        "date": "2019-05",
        "title": "Dushanbe Declaration",
        "kind": "declaration",
        "adopted_at": "dushanbe-2019",
    },
    "documents/minsk-2019-opening-press-release": {
        "date": "2019-09-03",
        "title": "High-level Conference on Countering Terrorism and the Use of New Technologies starts in Minsk",
        "kind": "press-release",
        "occasion": "opening",
        "addresses": [f"en: {MINSK_FILES}20190903%20Pressrelease%20_Opening_BelarusCTConf.pdf"],
    },
    "documents/minsk-2019-statement": {
        "date": "2019-09",
        "kind": "statement",
        "delivered_by": "Vladimir Voronkov",
        "place": "Минск, Беларусь",
        "languages": ["ru: original"],
        "addresses": [f"ru: {MINSK_FILES}20190828_USGVoronkov_OpeningStatment_BelCTConf_RUS_as%20delivered.pdf"],
    },
    "documents/minsk-2019-closing-press-release": {
        "date": "2019-09-04",
        "kind": "press-release",
        "occasion": "closing",
        "addresses": [
            f"en: {MINSK_FILES}20190904_PressReleaseConferenceBelarus_Closing_finalEN.pdf",
            f"ru: {MINSK_FILES}20190904_PressReleaseConferenceBelarus_Closing_RUfinal.pdf",
        ],
    },
    "documents/minsk-2019-co-chairs-summary": {
        "kind": "co-chairs-summary",
        "date": "2019-09-04",
        "place": "Minsk",
        "delivered_by": VORONKOV,
        "addresses": [f"en: {MINSK_FILES}20190904_ChairsSummary_%20BY2019NYConference.pdf"],
    },
    "documents/new-york-side-event-2019-remarks": {
        "mentions": [
            "mentioned: Alexander Lukashenko, President of the Republic of Belarus",
            "mentioned: Péter Szijjártó, Minister",
            "mentioned: Vladimir Makei",
        ],
        "mentions_from": ["Alexander Lukashenko: belarus", "Péter Szijjártó: hungary", "Vladimir Makei: belarus"],
        "delivered_for": ["unoct"],
        "kind": "statement",
        "date": "2019-09-26",
        "delivered_by": VORONKOV,
    },
    "documents/budapest-2019-keynote-address": {
        "date": "2019-11",
        "kind": "keynote-address",
        "delivered_by": "Vladimir Voronkov, Under-Secretary-General of UNOCT",
    },
    "documents/budapest-2019-opening-press-release": {
        "date": "2019-11",
        "title": (
            "Press release on the opening of the conference and the signing of a Host Country Agreement establishing in "
            "Budapest a UNOCT Regional Programme Support Office"
        ),
        "occasion": "opening",
    },
    "documents/abu-dhabi-civil-society-2019-remarks": {
        "kind": "statement",
        "date": "2019-12-17",
        "delivered_by": "Vladimir Voronkov, Under-Secretary-General",
        "addresses": [f"en: {UNOCT_FILES}191217_usg_remarks_at_cso_workshop_17_december_as_delivered.pdf"],
    },
    "documents/abu-dhabi-2019-keynote-address": {
        "kind": "keynote-address",
        "date": "2019-12-18",
        "delivered_by": VORONKOV,
        "addresses": [f"en: {UNOCT_FILES}20191218_usgvoronkov_openingremarks_uaeregconf_as_delivered.pdf"],
    },
    "documents/abu-dhabi-2019-opening-press-release": {
        "title": (
            "Regional Conference on Empowering Youth and Promoting Tolerance to Prevent and Counter Violent Extremism "
            "Conducive to Terrorism Opens in Abu Dhabi"
        ),
        "date": "2019-12-18",
        "occasion": "opening",
        "addresses": [
            f"ar: {UNOCT_FILES_HTTP}20191217_press_release_uae_regional_conference_opening_final.pdf",
            f"en: {UNOCT_FILES_HTTP}20191217_press_release_uae_regional_conference_opening_final.pdf",
        ],
    },
    "documents/abu-dhabi-2019-co-chairs-summary": {
        "kind": "co-chairs-summary",
        "date": "2019-12-19",
        "delivered_by": VORONKOV,
        "addresses": [f"en: {UNOCT_FILES}20191219_co-chair_statement_uaeconference.pdf"],
    },
    "documents/abu-dhabi-2019-closing-press-release": {
        "title": (
            "Regional Conference in Abu Dhabi Calls for Tolerance and Youth Empowerment to Prevent and Counter Violent "
            "Extremism Conducive to Terrorism"
        ),
        "occasion": "closing",
        "addresses": [f"en: {UNOCT_FILES}20191219_press_release_closing_uae_regional_conference_closing_final.pdf"],
    },
    "documents/vienna-2020-opening-statement": {
        "kind": "statement",
        "date": "2020-02-11",
        "addresses": [f"en: {UNOCT_FILES}200208_usgvoronkov_openingremarks_vienna_conference_as_delivered.pdf"],
    },
    "documents/vienna-2020-opening-press-release": {
        "kind": "press-release",
        "date": "2020-02-11",
        "occasion": "opening",
        "addresses": [f"en: {UNOCT_FILES}2020-02-11_pr_ftf_vienna_conference.pdf"],
    },
    "documents/vienna-2020-summary-conclusions": {
        "date": "2020-02-12",
        "addresses": [f"en: {UNOCT_FILES}20200212_usgvoronkov_summary_conclusions_vienna_conference.pdf"],
    },
    "documents/vienna-2020-closing-press-release": {
        "kind": "press-release",
        "date": "2020-02-12",
        "occasion": "closing",
        "addresses": [f"en: {UNOCT_FILES}20200212_pr_closing_ftfviennaconference_0.pdf"],
    },
    "documents/dushanbe-2018-news-item": {
        "issued_by": ["CTED"],
        "mentions": [
            "mentioned: Michèle Coninsx, Executive Director of the Counter-Terrorism Committee Executive Directorate",
            "mentioned: Rashid Alimov, Secretary-General of the Shanghai Cooperation Organization",
        ],
        "date": "2018",
        "title": "Joint high-level consultations of UN counter-terrorism bodies in Tajikistan",
        "kind": "news-item",
    },
    "documents/dushanbe-2018-statement": {
        "date": "2018-05",
        "delivered_for": ["cted"],
        "kind": "statement",
        "delivered_by": (
            "Michèle Coninsx, Executive Director of the Counter-Terrorism Committee Executive Directorate"
        ),
    },
    "documents/dushanbe-2022-closing-remarks": {
        "issued_by": ["UNOCT"],
        "mentions": [
            (
                "mentioned: Alena Kupchyna, Representative of the Secretary-General of the Organization for Security and "
                "Co-operation in Europe"
            ),
            "quoted: Emomali Rahmon, President of the Republic of Tajikistan",
            (
                "mentioned: Helga Maria Schmid, Secretary-General of the Organization for Security and Co-operation in "
                "Europe"
            ),
            (
                "mentioned: Natalia Gherman, Special Representative of the Secretary-General for Central Asia and Head of "
                "the United Nations Regional Centre for Preventive Diplomacy for Central Asia"
            ),
            "mentioned: Sirojiddin Muhridin, Minister of Foreign Affairs of Tajikistan",
            "mentioned: Terhi Hakala, European Union Special Representative for Central Asia",
        ],
        "mentions_from": [
            "Alena Kupchyna: osce",
            "Emomali Rahmon: tajikistan",
            "Helga Maria Schmid: osce",
            "Natalia Gherman: unrcca",
            "Sirojiddin Muhridin: tajikistan-foreign-ministry",
            "Terhi Hakala: european-union",
        ],
        "delivered_for": ["unoct"],
        "date": "2022-10-19",
        "title": "Closing Remarks by Mr. Vladimir Voronkov",
        "kind": "statement and co-chairs-summary",
        "occasion": "closing",
        "delivered_by": VORONKOV,
        "cites": [
            "A/RES/60/288",
            "A/RES/75/291",
            "S/RES/2178 (2014)",
            "S/RES/2396 (2017)",
            "joint-plan-of-action-central-asia",
            "multi-year-appeal",
        ],
    },
    "documents/new-york-hlc-2023-closing-press-release": {
        "issued_by": ["UNOCT"],
        "mentions": ["quoted: Vladimir Voronkov, United Nations Under-Secretary-General for Counter-Terrorism"],
        "title": (
            "Third High-Level Conference of Heads of Counter-Terrorism Agencies concludes with calls for reinvigorating "
            "multilateralism"
        ),
        "kind": "press-release",
        "date": "2023-06-20",
        "dateline": "New York, 20 June 2023",
        "contact": "OCT-info@un.org",
        "hashtags": ["#CTWeek"],
        "languages": ["en: original", "fr: unofficial"],
    },
    "documents/new-york-hlc-2023-chairs-summary": {
        "kind": "co-chairs-summary",
        "delivered_by": "Vladimir Voronkov, United Nations Under-Secretary-General for Counter-Terrorism",
    },
    # Reference documents
    "documents/global-counter-terrorism-strategy": {
        "symbol": "A/RES/60/288",
        "addresses": ["en: https://www.un.org/counterterrorism/un-global-counter-terrorism-strategy"],
    },
    "documents/strategy-sixth-review": {"issued_by": ["United Nations General Assembly"], "symbol": "A/RES/72/284"},
    "documents/security-council-resolution-2178": {
        "symbol": "S/RES/2178 (2014)",
        "addresses": ["en: http://www.undocs.org/s/res/2178(2014)"],
    },
    "documents/security-council-resolution-2395": {"symbol": "S/RES/2395 (2017)"},
    "documents/security-council-resolution-2396": {
        "issued_by": ["United Nations Security Council"],
        "symbol": "S/RES/2396 (2017)",
        "addresses": ["en: http://www.undocs.org/s/res/2396(2017)"],
    },
    "documents/security-council-resolution-2427": {
        "symbol": "S/RES/2427 (2018)",
        "addresses": ["en: http://www.undocs.org/s/res/2427(2018)"],
    },
    "documents/madrid-guiding-principles": {
        "symbol": "S/2015/939",
        "addresses": ["en: https://www.undocs.org/S/2015/939"],
    },
    "documents/madrid-guiding-principles-addendum": {
        "symbol": "S/2018/1177",
        "addresses": ["en: https://undocs.org/en/S/2018/1177"],
    },
    "documents/key-principles-women-and-children": {
        "date": "2019-04",
        "title": (
            "Key Principles for the Protection, Repatriation, Prosecution, Rehabilitation and Reintegration of Women and "
            "Children with Links to UN-listed Terrorist Groups"
        ),
        "addresses": [f"en: {UNOCT_FILES}key_principles-april_2019.pdf"],
    },
    "documents/joint-plan-of-action-central-asia": {"date": "2022-03", "adopted_at": "tashkent-2022"},
    "documents/multi-year-appeal": {"issued_by": ["UNOCT"], "date": "2021"},
    "organizations/unoct": {"contact": "OCT-info@un.org", "parents": ["united-nations"]},
}

SOURCES = {
    "000": "Pages of the regional conferences from Dushanbe 2019 to Vienna 2020",
    "001": "Press release on the closing of the High-level Conference of June 2023",
    "002": "News item of CTED on the Dushanbe conference of May 2018",
    "003": "Remarks at the side event of 26 September 2019",
    "004": "Closing remarks at the Dushanbe conference of October 2022",
    "public": "Public knowledge, or what this site shows where sources are silent; docs/content.md says which",
}
# {record: {question: sources}}; "*" stands for all questions that are not named.
COMES_FROM = {
    "conferences/dushanbe-2019": {"*": "000", "ordinals": "000 004"},
    "conferences/ulaanbaatar-2019": {"*": "000", "organizers": "000 003"},
    "conferences/nairobi-2019": {"*": "000"},
    "conferences/minsk-2019": {
        "*": "000",
        "short_title": "public",
        "people": "000 003",
        "opened_by": "003",
        "figures": "003",
        "figure_sources": "003",
        "figure_dates": "003",
    },
    "conferences/budapest-2019": {"*": "000", "announced_dates": "003", "sources_of_dates": "003"},
    "conferences/abu-dhabi-2019": {"*": "000", "announced_dates": "003", "sources_of_dates": "003"},
    "conferences/vienna-2020": {
        "*": "000",
        "short_title": "public",
        "announced_dates": "003",
        "reasons_of_dates": "003",
        "sources_of_dates": "003",
    },
    "conferences/trinidad-and-tobago-2019": {"*": "003"},
    "conferences/abu-dhabi-civil-society-2019": {"*": "000"},
    "conferences/vienna-civil-society-2020": {"*": "000"},
    "conferences/new-york-side-event-2019": {"*": "003", "place": "public"},
    "conferences/dushanbe-2018": {"*": "002", "ordinals": "004"},
    "conferences/dushanbe-2022": {"*": "004"},
    "conferences/tashkent-2022": {"*": "004"},
    "conferences/new-york-hlc-2018": {"*": "000", "short_title": "public"},
    "conferences/new-york-hlc-2020": {
        "*": "000",
        "short_title": "public",
        "status": "public",
        "conveners": "003",
        "parent": "003",
        "announced_dates": "000 003",
        "reasons_of_dates": "003",
        "sources_of_dates": "000 003",
    },
    "conferences/new-york-hlc-2023": {"*": "001", "short_title": "public"},
    "conferences/ct-week-2018": {"*": "000", "ordinals": "003"},
    "conferences/ct-week-2020": {"*": "003", "status": "public", "links": "000"},
    "conferences/ct-week-2023": {"*": "001", "short_title": "public", "ordinals": "public"},
    "conferences/global-congress-victims-2022": {"*": "003", "dates": "001", "status": "001"},
    "documents/dushanbe-declaration-2019": {"*": "000"},
    "documents/minsk-2019-opening-press-release": {"*": "000"},
    "documents/minsk-2019-statement": {"*": "000"},
    "documents/minsk-2019-closing-press-release": {"*": "000"},
    "documents/minsk-2019-co-chairs-summary": {"*": "000"},
    "documents/new-york-side-event-2019-remarks": {"*": "003"},
    "documents/budapest-2019-keynote-address": {"*": "000"},
    "documents/budapest-2019-opening-press-release": {"*": "000"},
    "documents/abu-dhabi-civil-society-2019-remarks": {"*": "000"},
    "documents/abu-dhabi-2019-keynote-address": {"*": "000"},
    "documents/abu-dhabi-2019-opening-press-release": {"*": "000"},
    "documents/abu-dhabi-2019-co-chairs-summary": {"*": "000"},
    "documents/abu-dhabi-2019-closing-press-release": {"*": "000"},
    "documents/vienna-2020-opening-statement": {"*": "000"},
    "documents/vienna-2020-opening-press-release": {"*": "000"},
    "documents/vienna-2020-summary-conclusions": {"*": "000"},
    "documents/vienna-2020-closing-press-release": {"*": "000"},
    "documents/dushanbe-2018-news-item": {"*": "002"},
    "documents/dushanbe-2018-statement": {"*": "002"},
    "documents/dushanbe-2022-closing-remarks": {"*": "004", "cites": "004 public"},
    "documents/new-york-hlc-2023-closing-press-release": {"*": "001", "languages": "001 public"},
    "documents/new-york-hlc-2023-chairs-summary": {"*": "001"},
    "documents/global-counter-terrorism-strategy": {"*": "000", "symbol": "public"},
    "documents/strategy-sixth-review": {"*": "000"},
    "documents/security-council-resolution-2178": {"*": "000"},
    "documents/security-council-resolution-2395": {"*": "000"},
    "documents/security-council-resolution-2396": {"*": "000"},
    "documents/security-council-resolution-2427": {"*": "000"},
    "documents/madrid-guiding-principles": {"*": "000"},
    "documents/madrid-guiding-principles-addendum": {"*": "000"},
    "documents/key-principles-women-and-children": {"*": "000"},
    "documents/joint-plan-of-action-central-asia": {"*": "004"},
    "documents/multi-year-appeal": {"*": "004"},
    "organizations/unoct": {"*": "001"},
}
