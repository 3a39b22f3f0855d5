"""The keys of names, and names made from Cyrillic."""

from __future__ import annotations

import string
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomap.gazetteer.names import fold, spelling_key
from geomap.gazetteer.romanise import romanise_russian, romanise_ukrainian

unhurried = settings(deadline=None)  # a busy machine is no failure

# Spellings of one name.
SAME = [
    "Avdiivka Avdiyivka Avdijivka Avdiïvka Awdijiwka Авдіївка Avdeevka Avdeyevka Авдеевка",
    "Huliaipole Hulyaypole Hulyaipole Huljajpole Guliaipole Gulyaypole Гуляйполе",
    "Kostiantynivka Kostyantynivka Kostjantyniwka Kostjantynivka Костянтинівка",
    "Konstantinovka Konstantinowka Константиновка",
    "Kupiansk Kupyansk Kup'yans'k Kup”jans'k Kupjansk Куп'янськ Купянск",
    "Zaporizhzhia Zaporizhia Zaporizhzhya Zaporižžja Запоріжжя",
    "Kharkiv Harkiv Xarkiv Charkiw Харків",
    "Yampil Yampil’ Jampil' Iampil Ямпіль",
    "Myropillia Myropillya Myropillja Миропілля",
    "Khutory Khutori Hutory Xutory Хутори",
    "Shchastia Shchastya Schastia Ščastja Schtschastja Szczastia Щастя",
    "Chernihiv Černihiv Tschernihiw Czernihiw Chernigiv Чернігів",
    "Vinnytsia Vinnitsa Vinnyc'ja Vinnycja Вінниця Винница",
    "Kyiv Kyyiv Kyjiv Kyjiw Київ",
    "Marinka Maryinka Mar'yinka Mar'jinka Мар'їнка Марьинка",
    "Makiivka Makiyivka Makijivka Makeevka Makeyevka Макіївка Макеевка",
    "Horlivka Gorlovka Gorlowka Горлівка Горловка",
    "Zghorany Zgorany Zhorany Згорани",
    "Yelyzavetivka Yelizavetovka Ielyzavetivka Jelyzavetivka Єлизаветівка",
    "Kurakhove Kurakhovo Kurachowe Курахове Курахово",
    "Krasne Krasnoye Krasnoe Krasnoje Красне Красное",
    "Artyomovsk Artemovsk Artjomovsk Artiomovsk Артёмовск Артемовск",
    "Oleksiievo Oleksiyevo Oleksijevo Олексієво",
    "Luhansk Lugansk Luhans'k Луганськ Луганск",
    "Yenakiieve Yenakiyeve Jenakijewe Єнакієве",
    "Izium Izyum Izjum Ізюм",
    "Novyi-Svit Novyy-Svit Novyj-Svit Novyĭ-Svit Новий-Світ",
    "Baranavichy Baranavičy Baranaviči Баранавічы",
    "Lutsk Loutsk Luts'k Luc'k Луцьк",
]
# Names of different places.
APART = [
    ("Ivanivka", "Ivankivka"), ("Novoselivka", "Novosilka"), ("Stepne", "Stepove"),
    ("Lyman", "Lymanka"), ("Sumy", "Suma"), ("Hirnyk", "Hirske"), ("Toretsk", "Turetsk"),
    ("Bakhmut", "Bakhmutske"), ("Pokrovsk", "Pokrovske"), ("Kamianka", "Kamianske"),
    ("Mykolaiv", "Mykolaivka"), ("Kherson", "Khersonka"), ("Robotyne", "Rabotyne"),
    ("Klishchiivka", "Andriivka"), ("Petrivka", "Petrykivka"), ("Nove", "Nova"),
    ("Vodiane", "Vodianske"), ("Krasnohorivka", "Krasnohirka"), ("Orlivka", "Horlivka"),
    ("Berdychi", "Berdianka"), ("Tonenke", "Tonke"), ("Donets", "Donetsk"),
    ("Sil", "Sal"), ("Zelene", "Zelenivka"), ("Velyka Novosilka", "Novosilka"),
    ("Radhosp 11", "Radhosp 1"),
]  # fmt: skip
APOSTROPHES = "'’‘‚‛ʻʼʽʾʿˈˊˋʹʺ`´′″‵＇Ꞌꞌ՚׳״\"“”"
HYPHENS = "-‐‑‒–—―−－⁃ "

ukrainian_words = st.text("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'", min_size=1, max_size=14)
ukrainian_names = st.lists(ukrainian_words.filter(lambda w: fold(w) != ""), min_size=1, max_size=3)
latin_names = st.text(string.ascii_letters + " -'’čšžěłїŭáő0123456789", max_size=30)
towns = st.sampled_from([n for line in SAME for n in line.split()])


@pytest.mark.parametrize("line", SAME)
def test_spellings_of_one_name_share_a_key(line: str) -> None:
    keys = {name: spelling_key(name) for name in line.split()}
    assert len(set(keys.values())) == 1, keys


@pytest.mark.parametrize(("one", "other"), APART)
def test_different_names_stay_apart(one: str, other: str) -> None:
    assert spelling_key(one) != spelling_key(other)
    assert fold(one) != fold(other)


@unhurried
@given(st.text(max_size=60) | latin_names | ukrainian_words)
def test_a_key_is_its_own_key(name: str) -> None:
    assert fold(fold(name)) == fold(name)
    assert spelling_key(spelling_key(name)) == spelling_key(name)


@unhurried
@given(st.text("szchtkgxwfyjieouavb n", max_size=24))
def test_no_pile_of_letters_breaks_that(name: str) -> None:
    assert spelling_key(spelling_key(name)) == spelling_key(name)


@unhurried
@given(st.text(max_size=60) | latin_names)
def test_what_folds_alike_is_spelled_alike(name: str) -> None:
    assert spelling_key(fold(name)) == spelling_key(name)


@unhurried
@given(towns, st.data())
def test_case_marks_apostrophes_and_hyphens_do_not_matter(name: str, data: st.DataObject) -> None:
    changed = "".join(data.draw(st.sampled_from([c.lower(), c.upper()])) for c in name)
    changed = changed.replace("'", data.draw(st.sampled_from(APOSTROPHES)))
    changed = changed.replace("-", data.draw(st.sampled_from(HYPHENS)))
    changed = unicodedata.normalize(data.draw(st.sampled_from(["NFC", "NFD"])), changed)
    assert fold(changed) == fold(name)
    assert spelling_key(changed) == spelling_key(name)


@unhurried
@given(towns, st.sampled_from(APOSTROPHES), st.integers(0, 20))
def test_an_apostrophe_anywhere_does_not_matter(name: str, mark: str, at: int) -> None:
    assert spelling_key(name[:at] + mark + name[at:]) == spelling_key(name)


@unhurried
@given(latin_names, latin_names)
def test_the_key_of_words_is_the_keys_of_each(one: str, other: str) -> None:
    expected = f"{spelling_key(one)} {spelling_key(other)}".strip()
    assert spelling_key(f"{one} {other}") == expected


@unhurried
@given(ukrainian_names)
def test_a_romanised_ukrainian_name_finds_the_cyrillic(words: list[str]) -> None:
    name = "-".join(words)
    for spelled in (name, name.title(), name.upper()):
        latin = romanise_ukrainian(spelled)
        assert latin.isascii()
        assert spelling_key(latin) == spelling_key(name)


@unhurried
@given(st.text("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", min_size=1, max_size=14))
def test_a_romanised_russian_name_finds_the_cyrillic(name: str) -> None:
    while "ьо" in name:
        name = name.replace("ьо", "о")  # Почтальон: news writes yo, the key of the Cyrillic has o
    assert spelling_key(romanise_russian(name.capitalize())) == spelling_key(name)


@unhurried
@given(st.text(max_size=40))
def test_no_text_is_refused(name: str) -> None:
    romanise_ukrainian(name)
    romanise_russian(name)
    spelling_key(name)


@pytest.mark.parametrize("pile", ["szch", "kg", "ie", "t", "oe", "ovka", "a ", "й", "́", "ієї"])
def test_a_very_long_name_is_no_trouble(pile: str) -> None:
    assert len(spelling_key(pile * 100_000)) <= 400_000


@pytest.mark.parametrize("name", ["", " ", "'", "-", "\u200b\ufeff", "’’’"])
def test_nothing_has_an_empty_key(name: str) -> None:
    assert fold(name) == spelling_key(name) == ""


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [
        ("Бахмут", "Bakhmut"),
        ("Часів Яр", "Chasiv Yar"),
        ("Костянтинівка", "Kostiantynivka"),
        ("Авдіївка", "Avdiivka"),
        ("Згорани", "Zghorany"),
        ("Розгром", "Rozghrom"),
        ("Їжакевичі", "Yizhakevychi"),
        ("Кадиївка", "Kadyivka"),
        ("Марʼїнка", "Marinka"),
        ("Куп’янськ", "Kupiansk"),
        ("Слов'янськ", "Sloviansk"),
        ("Щастя", "Shchastia"),
        ("ЩАСТЯ", "SHCHASTIA"),
        ("Єнакієве", "Yenakiieve"),
        ("Юр’ївка", "Yurivka"),
        ("Йосипівка", "Yosypivka"),
        ("Гуляйполе", "Huliaipole"),
        ("Ґалаґани", "Galagany"),
        ("Івано-Франківськ", "Ivano-Frankivsk"),
        ("Новий-Яр", "Novyi-Yar"),
        ("село Яблуневе", "selo Yabluneve"),
        ("Ки́їв", "Kyiv"),
        ("Lyman 2", "Lyman 2"),
        ("Радгосп «Яр» № 2", "Radhosp «Yar» № 2"),
    ],
)
def test_ukrainian_is_romanised_by_the_national_system(cyrillic: str, latin: str) -> None:
    assert romanise_ukrainian(cyrillic) == latin
    assert romanise_ukrainian(unicodedata.normalize("NFD", cyrillic)) == latin


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [
        ("Авдеевка", "Avdeyevka"),
        ("Артёмовск", "Artyomovsk"),
        ("Белгород", "Belgorod"),
        ("Ростов-на-Дону", "Rostov-na-Donu"),
        ("Нижний Новгород", "Nizhny Novgorod"),
        ("Грозный", "Grozny"),
        ("КРАСНЫЙ ЛУЧ", "KRASNY LUCH"),
        ("Елец", "Yelets"),
        ("ЕЛЕЦ", "YELETS"),
        ("Объезд", "Obyezd"),
        ("Ильич", "Ilyich"),
        ("Бийск", "Biysk"),
        ("Красноармейск", "Krasnoarmeysk"),
        ("Королёв", "Korolyov"),
        ("Йошкар-Ола", "Yoshkar-Ola"),
        ("Шебекино", "Shebekino"),
        ("Судьево", "Sudyevo"),
    ],
)
def test_russian_is_romanised_as_news_writes_it(cyrillic: str, latin: str) -> None:
    assert romanise_russian(cyrillic) == latin
