"""Names and places for invented people, each name in the spellings in which different systems hold it.

Comes in: nothing. Goes out: pools. A name is (as its owner writes it, as an agent types it, as it is found on a parcel label,
in plain ASCII). Called by people.
"""

# Language -> (as written, as typed, as transliterated otherwise, ASCII for the e-mail address)
FIRST: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "de": (
        ("Anna", "Anna", "ANNA", "anna"), ("Jürgen", "Juergen", "Jurgen", "juergen"),
        ("Käthe", "Kaethe", "Kathe", "kaethe"),
        ("Lena", "Lena", "Lena", "lena"), ("Sophie", "Sofie", "Sophie", "sophie"),
        ("Katharina", "Katarina", "Kathi", "katharina"),
        ("Hannah", "Hanna", "Hannah", "hannah"), ("Jördis", "Joerdis", "Jordis", "joerdis"),
        ("Marlene", "Marlene", "Marlen", "marlene"),
        ("Frieda", "Frida", "Frieda", "frieda"), ("Steffi", "Stefanie", "Stephanie", "steffi"),
        ("Ulrike", "Ulrike", "Ulli", "ulrike"),
    ),
    "fr": (
        ("Chloé", "Chloe", "CHLOE", "chloe"), ("Zoé", "Zoe", "Zoé", "zoe"), ("Hélène", "Helene", "Helène", "helene"),
        ("Inès", "Ines", "Inès", "ines"), ("Camille", "Camille", "Camille", "camille"),
        ("Éléonore", "Eleonore", "Eléonore", "eleonore"),
        ("Manon", "Manon", "Manon", "manon"), ("Océane", "Oceane", "OCEANE", "oceane"),
        ("Anaïs", "Anais", "Anaïs", "anais"),
        ("Marie-Claire", "Marie Claire", "M.-Claire", "marieclaire"), ("Juliette", "Juliette", "Juliet", "juliette"),
    ),
    "it": (
        ("Giulia", "Giulia", "GIULIA", "giulia"), ("Niccolò", "Niccolo", "Nicolo'", "niccolo"),
        ("Chiara", "Chiara", "Chiara", "chiara"),
        ("Alessia", "Alessia", "Alesia", "alessia"), ("Martina", "Martina", "Martina", "martina"),
        ("Elisa", "Elisa", "Elisa", "elisa"),
        ("Beatrice", "Beatrice", "Bea", "beatrice"), ("Ludovica", "Lodovica", "Ludovica", "ludovica"),
        ("Noemi", "Noemi", "Noemí", "noemi"),
    ),
    "es": (
        ("Lucía", "Lucia", "LUCIA", "lucia"), ("Begoña", "Begona", "Begonia", "begona"),
        ("María José", "Maria Jose", "Mª José", "mariajose"),
        ("Inés", "Ines", "Inés", "ines"), ("Carmen", "Carmen", "Carmen", "carmen"),
        ("Sofía", "Sofia", "Sofía", "sofia"),
        ("Núria", "Nuria", "Núria", "nuria"), ("Rocío", "Rocio", "Rocio", "rocio"),
        ("Pilar", "Pilar", "Pilar", "pilar"),
    ),
    "nl": (
        ("Sanne", "Sanne", "SANNE", "sanne"), ("Loïs", "Lois", "Loïs", "lois"), ("Fleur", "Fleur", "Fleur", "fleur"),
        ("Lieke", "Lieke", "Lieke", "lieke"), ("Marit", "Marit", "Marith", "marit"),
        ("Anouk", "Anouk", "Anoek", "anouk"),
        ("Willemijn", "Willemien", "Willemijn", "willemijn"), ("Noor", "Noor", "Noor", "noor"),
    ),
    "en": (
        ("Emily", "Emily", "EMILY", "emily"), ("Catherine", "Katherine", "Cathy", "catherine"),
        ("Siobhán", "Siobhan", "Siobhan", "siobhan"),
        ("Elizabeth", "Elisabeth", "Liz", "elizabeth"), ("Grace", "Grace", "Grace", "grace"),
        ("Olivia", "Olivia", "Olivia", "olivia"),
        ("Margaret", "Margaret", "Maggie", "margaret"), ("Zoë", "Zoe", "Zoe", "zoe"),
        ("Rebecca", "Rebekah", "Becky", "rebecca"),
        ("Aisling", "Aisling", "Ashling", "aisling"), ("Priya", "Priya", "Prya", "priya"),
        ("Charlotte", "Charlotte", "Lottie", "charlotte"),
    ),
    "ar": (
        ("فاطمة", "Fatima", "Fatimah", "fatima"), ("مريم", "Maryam", "Mariam", "maryam"),
        ("نورة", "Noura", "Nora", "noura"),
        ("عائشة", "Aisha", "Ayesha", "aisha"), ("خديجة", "Khadija", "Khadeeja", "khadija"),
        ("سارة", "Sara", "Sarah", "sara"),
        ("ليلى", "Layla", "Leila", "layla"), ("هند", "Hind", "Hend", "hind"), ("ريم", "Reem", "Rim", "reem"),
        ("منى", "Mona", "Muna", "mona"), ("شيخة", "Shaikha", "Sheikha", "shaikha"),
        ("جواهر", "Jawaher", "Jawahir", "jawaher"),
        ("لطيفة", "Latifa", "Lateefa", "latifa"), ("سلمى", "Salma", "Selma", "salma"),
    ),
}  # fmt: skip
LAST: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "de": (
        ("Müller", "Mueller", "Muller", "mueller"), ("Weiß", "Weiss", "WEISS", "weiss"),
        ("Schröder", "Schroeder", "Schroder", "schroeder"),
        ("Köhler", "Koehler", "Kohler", "koehler"), ("von Berg", "vonBerg", "Berg", "vonberg"),
        ("Krüger", "Krueger", "Kruger", "krueger"),
        ("Schmidt", "Schmid", "Schmitt", "schmidt"), ("Meyer", "Meier", "Maier", "meyer"),
        ("Öztürk", "Oeztuerk", "Ozturk", "oeztuerk"),
        ("Jäger", "Jaeger", "Jager", "jaeger"), ("Lehmann", "Lehman", "Lehmann", "lehmann"),
        ("Groß", "Gross", "GROSS", "gross"),
    ),
    "fr": (
        ("Lefèvre", "Lefevre", "Lefebvre", "lefevre"), ("Dupré", "Dupre", "DUPRE", "dupre"),
        ("Bélanger", "Belanger", "Belanger", "belanger"),
        ("Girard", "Girard", "Girard", "girard"), ("D'Amboise", "Damboise", "D Amboise", "damboise"),
        ("Moreau", "Moreau", "Moreaux", "moreau"),
        ("Gauthier", "Gautier", "Gauthier", "gauthier"), ("Noël", "Noel", "Noel", "noel"),
        ("Châtelain", "Chatelain", "Chatelin", "chatelain"),
    ),
    "it": (
        ("Rossi", "Rossi", "ROSSI", "rossi"), ("D'Angelo", "Dangelo", "D Angelo", "dangelo"),
        ("Nicolò", "Nicolo", "Nicolo", "nicolo"),
        ("Esposito", "Esposito", "Esposito", "esposito"), ("De Luca", "Deluca", "De Luca", "deluca"),
        ("Ferrari", "Ferrari", "Ferari", "ferrari"),
        ("Colombo", "Colombo", "Columbo", "colombo"), ("Conti", "Conti", "Conti", "conti"),
        ("Gallo", "Gallo", "Gallo", "gallo"),
    ),
    "es": (
        ("García López", "Garcia Lopez", "Garcia", "garcia"), ("Núñez", "Nunez", "Nunes", "nunez"),
        ("Peña", "Pena", "Penna", "pena"),
        ("Ibáñez", "Ibanez", "Ibanez", "ibanez"), ("Martín", "Martin", "Martin", "martin"),
        ("Jiménez", "Jimenez", "Gimenez", "jimenez"),
        ("Muñoz", "Munoz", "Munoz", "munoz"), ("Sánchez Ruiz", "Sanchez Ruiz", "Sanchez", "sanchez"),
    ),
    "nl": (
        ("de Vries", "De Vries", "Vries", "devries"), ("van den Berg", "v.d. Berg", "vandenberg", "vandenberg"),
        ("Jansen", "Janssen", "Jansen", "jansen"), ("Bakker", "Bakker", "Backer", "bakker"),
        ("van Dijk", "van Dyk", "Van Dijk", "vandijk"),
        ("Çelik", "Celik", "Celik", "celik"), ("Smit", "Smith", "Smit", "smit"),
        ("Visser", "Visser", "Visser", "visser"),
    ),
    "en": (
        ("Smith", "Smyth", "Smith", "smith"), ("O'Connor", "OConnor", "O Connor", "oconnor"),
        ("Macdonald", "McDonald", "MacDonald", "macdonald"),
        ("Thompson", "Thomson", "Thompson", "thompson"), ("Clarke", "Clark", "Clarke", "clarke"),
        ("Nguyen", "Nguyen", "Nguyên", "nguyen"),
        ("Stephens", "Stevens", "Stephens", "stephens"), ("Patel", "Patel", "Patell", "patel"),
        ("Garcia", "García", "Garcia", "garcia"),
        ("Ní Bhriain", "Ni Bhriain", "O'Brien", "nibhriain"), ("Johnson", "Jonson", "Johnson", "johnson"),
        ("Reid", "Reed", "Read", "reid"),
    ),
    "ar": (
        ("المنصوري", "Al Mansoori", "Almansouri", "almansoori"), ("الهاشمي", "Al Hashimi", "Al-Hashemi", "alhashimi"),
        ("القحطاني", "Al Qahtani", "Alkahtani", "alqahtani"), ("العتيبي", "Al Otaibi", "Alotaiby", "alotaibi"),
        ("الشامسي", "Al Shamsi", "Alshamsi", "alshamsi"), ("الحربي", "Al Harbi", "Alharby", "alharbi"),
        ("بن زايد", "Bin Zayed", "Binzayd", "binzayed"), ("الغامدي", "Al Ghamdi", "Alghamdy", "alghamdi"),
        ("المزروعي", "Al Mazrouei", "Almazrui", "almazrouei"), ("الدوسري", "Al Dosari", "Aldossary", "aldosari"),
        ("السويدي", "Al Suwaidi", "Alsuwaidi", "alsuwaidi"), ("الزهراني", "Al Zahrani", "Alzahrany", "alzahrani"),
    ),
}  # fmt: skip
# Market -> (language -> share)
LANGUAGES: dict[str, dict[str, float]] = {
    "DE": {"de": 0.93, "en": 0.07}, "AT": {"de": 1.0}, "FR": {"fr": 0.95, "ar": 0.05}, "IT": {"it": 1.0}, "ES": {"es": 1.0},
    "NL": {"nl": 0.9, "en": 0.1}, "BE": {"nl": 0.6, "fr": 0.4}, "IE": {"en": 1.0}, "GB": {"en": 0.93, "ar": 0.07},
    "US": {"en": 0.8, "es": 0.2}, "AE": {"ar": 0.55, "en": 0.45}, "SA": {"ar": 0.9, "en": 0.1},
}  # fmt: skip
# Market -> (city, postal code, street)
PLACES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "DE": (("Berlin", "10115", "Invalidenstraße"), ("Hamburg", "20095", "Mönckebergstr."), ("München", "80331", "Sendlinger Straße"),
           ("Köln", "50667", "Hohe Straße")),
    "FR": (("Paris", "75011", "rue de la Roquette"), ("Lyon", "69002", "rue Mercière"), ("Marseille", "13001", "rue Saint-Ferréol")),
    "IT": (("Milano", "20121", "via Brera"), ("Roma", "00187", "via del Corso"), ("Napoli", "80134", "via Toledo")),
    "ES": (("Madrid", "28004", "calle de Fuencarral"), ("Barcelona", "08007", "carrer de Balmes"), ("Málaga", "29005", "calle Larios")),
    "NL": (("Amsterdam", "1012 AB", "Damrak"), ("Utrecht", "3511 AX", "Oudegracht"), ("Rotterdam", "3011 AA", "Hoogstraat")),
    "AT": (("Wien", "1010", "Kärntner Straße"), ("Graz", "8010", "Herrengasse")),
    "BE": (("Antwerpen", "2000", "Meir"), ("Bruxelles", "1000", "rue Neuve")),
    "IE": (("Dublin", "D02 X285", "Grafton Street"), ("Cork", "T12 W8KP", "Oliver Plunkett Street")),
    "GB": (("London", "SW1A 1AA", "High Street"), ("Manchester", "M1 1AE", "Market Street"), ("Edinburgh", "EH1 1YZ", "Royal Mile")),
    "US": (("New York", "10014", "Hudson Street"),),
    "AE": (("Dubai", "00000", "Al Wasl Road"), ("Abu Dhabi", "00000", "Hamdan Street"), ("دبي", "00000", "شارع الوصل")),
    "SA": (("Riyadh", "11564", "Olaya Street"), ("Jeddah", "21442", "Tahlia Street"), ("الرياض", "11564", "شارع العليا")),
}  # fmt: skip
DOMAINS = ("example.com", "example.org", "example.net", "mail.example.com", "post.example.org")
