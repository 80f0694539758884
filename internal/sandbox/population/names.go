package population

import "strings"

// Names, titles and places are invented or so common that they name nobody.
var (
	firstNames = []string{
		"Åse", "Bjørn", "Camille", "Dagny", "Emil", "Frida", "Gitte", "Håkon", "Ida", "Jörg", "Kari", "Lars", "Maja", "Noor", "Ola", "Pernille",
		"Quentin", "Ragnhild", "Søren", "Tuva", "Ulla", "Vidar", "Wilma", "Xenia", "Yngve", "Zoë", "Astrid", "Benedikt", "Clara", "Dorte",
	}
	lastNames = []string{
		"Testmann", "Prøvesen", "Mustermann", "Eksempel", "Sampleton", "Voorbeeld", "Exemple", "Provstad", "Modellin", "Papirmølle", "Testrup",
		"Fiktivsen", "Demoberg", "Probst", "Attrapp", "Skuggason", "Blankenberg", "Platzhalter", "Dummett", "Ledigsen", "Speculum", "Tomten",
		"Invented", "Påfunn", "Nullmeyer", "Øvelse", "Pretend", "Ghostwick", "Kladd", "Utkast", "Skissmo", "Entwurf", "Brouillon", "Kunstig",
		"Fabelmann", "Sagnstad", "Märchen",
	}
	titles    = []string{"Teacher", "Headteacher", "ICT coordinator", "Librarian", "Head of department", "Procurement officer", "Rektor", "Lærer"}
	countries = []string{"Norway", "Norway", "Norway", "Sweden", "Denmark", "Germany", "United Kingdom", "Netherlands", "France", "Finland", "United States"}
	codes     = map[string]string{
		"Norway": "NO", "Sweden": "SE", "Denmark": "DK", "Germany": "DE", "United Kingdom": "GB", "Netherlands": "NL", "France": "FR",
		"Finland": "FI", "United States": "US", "": "",
	}
	ascii          = strings.NewReplacer("å", "a", "ø", "o", "æ", "ae", "ö", "o", "ä", "a", "ë", "e", "é", "e")
	privateDomains = []string{"example.com", "example.org", "example.net"} // reserved, RFC 2606
)
