package entry

// HoldWasAdded forbids deletion; carried repeats it under new pseudonyms.
type HoldWasAdded struct {
	Hold   string   `json:"hold"`
	Person string   `json:"person"`
	Aka    []string `json:"aka"`
	Cause  string   `json:"cause"` // commitment to what was typed
	Basis  string   `json:"basis"` // court, regulator, claim, dispute, other
	Until  string   `json:"until"`
}

// HoldWasReleased ends a hold.
type HoldWasReleased struct {
	Hold  string `json:"hold"`
	Cause string `json:"cause"`
	Note  string `json:"note,omitzero"`
}

// RefusalWasRecorded is a no that was seen first.
type RefusalWasRecorded struct {
	Person string `json:"person"`
	Extent string `json:"extent"`
	Topic  string `json:"topic,omitzero"`
	Source string `json:"source"`
}

// RefusalWasLifted is a no that a newer proof has lifted.
type RefusalWasLifted struct {
	Person string `json:"person"`
	Proof  string `json:"proof"`
}

// SuppressionWasAdded is what remains of a person.
type SuppressionWasAdded struct {
	Person string `json:"person"`
	Extent string `json:"extent"`
	Until  string `json:"until,omitzero"`
}

// SuppressionHasExpired ends it.
type SuppressionHasExpired struct {
	Person string `json:"person"`
}

// FindingWasOpened is something for a human.
type FindingWasOpened struct {
	Finding   string `json:"finding"`
	Code      string `json:"code"`
	Clause    string `json:"clause"`
	Processor string `json:"processor,omitzero"`
	Person    string `json:"person,omitzero"`
	Count     int    `json:"count,omitzero"`
	Due       string `json:"due,omitzero"`
}

// FindingWasResolved closes it.
type FindingWasResolved struct {
	Finding    string `json:"finding"`
	Resolution string `json:"resolution"`
	Evidence   string `json:"evidence,omitzero"`
}

// RequestWasReceived is a data subject's request.
type RequestWasReceived struct {
	Request string   `json:"request"`
	Type    string   `json:"type"`
	Person  string   `json:"person"`
	Aka     []string `json:"aka"`
	Due     string   `json:"due"`
}

// RequestWasAnswered ends it.
type RequestWasAnswered struct {
	Request string   `json:"request"`
	Result  string   `json:"result"`
	Duties  []string `json:"duties"`
}

// Accessed is a look at personal data.
type Accessed struct {
	Route    string `json:"route"`
	Persons  int    `json:"persons"`
	Person   string `json:"person,omitzero"`
	Exported bool   `json:"exported"`
	Purpose  string `json:"purpose,omitzero"`
}
