package policy

import "github.com/lapsed/lapsed/internal/document"

// Document is a policy file as written: the grammar. Its shape is what a lawyer
// edits; Compile turns it into what decides.
type Document struct {
	Pos         document.Pos
	Name        string                   `yaml:"policy"`               // the policy's name in logs and reports
	Version     string                   `yaml:"version"`              // the published label; the revision is the hash of the file (C15)
	Effective   Day                      `yaml:"effective"`            // the day from which it holds
	Supersedes  string                   `yaml:"supersedes,optional"`  // the label of the version before
	Controller  Controller               `yaml:"controller"`           // who answers for the data (GDPR Art. 4(7))
	Scope       Scope                    `yaml:"scope,optional"`       // whom the policy is not about (C18)
	Identity    Identity                 `yaml:"identity,optional"`    // which contacts are one person
	Purposes    document.Map[string]     `yaml:"purposes,optional"`    // what data is used for, by name, as the notice says it
	Categories  document.Map[[]string]   `yaml:"categories,optional"`  // kinds of personal data, by name, with what belongs to each; processors' standard fields are mapped already (C10)
	Topics      document.Map[Topic]      `yaml:"topics,optional"`      // what one can say yes or no to, by name, with each processor's own id of it
	Channels    Channels                 `yaml:"channels,optional"`    // the rows of the notice's table: how contacts were collected (C1)
	Assessments document.Map[Assessment] `yaml:"assessments,optional"` // written balancing tests of legitimate interests, by name (C3)
	Processors  document.Map[Processor]  `yaml:"processors"`           // the register: who holds data, by name; the config has the credentials (C7)
	Retention   Retention                `yaml:"retention"`            // how long data is kept (C5, C6, C23)
	Minors      *Minors                  `yaml:"minors,optional"`      // who is too young (C4)
	Consent     *Consent                 `yaml:"consent,optional"`     // what proves a yes, and where a no is read (C2, C12, C20)
	Suppression Suppression              `yaml:"suppression,optional"` // what remains of people after deletion: keyed pseudonyms, nothing else (C19)
	Requests    *Requests                `yaml:"requests,optional"`    // how requests of people are answered (C26)
	Residency   *Residency               `yaml:"residency,optional"`   // where data may lie (C9)
	Access      *Access                  `yaml:"access,optional"`      // who may see the data (C14, C21)
	Holds       Holds                    `yaml:"holds,optional"`       // what a hold needs, which forbids a deletion
	Limits      Limits                   `yaml:"limits,optional"`      // how much happens in a day without a human
	Notice      *Notice                  `yaml:"notice,optional"`      // how the public notice is made (C17)
}

// Controller is who answers for the data (GDPR Art. 4(7)).
type Controller struct {
	Name     string   `yaml:"name"`     // of the company
	Country  Country  `yaml:"country"`  // two letters in quotes: "NO"
	Timezone TimeZone `yaml:"timezone"` // all days of the policy are days of this zone
	Contact  string   `yaml:"contact"`  // where people write about their data
}

// Scope says whom the policy is not about (C18).
type Scope struct {
	Pos        document.Pos
	LeaveAlone []Block `yaml:"leave-alone,optional"` // conditions: such contacts are counted, read no further, and never written
}

// Identity says who is one person.
type Identity struct {
	Pos      document.Pos
	JoinedBy []FieldRef `yaml:"joined-by,optional"` // default: email
	NotBy    []NotBy    `yaml:"not-by,optional"`    // what joins nobody: info@ and post@; an address with two names
	AtMost   *int       `yaml:"at-most,optional"`   // contacts in a person; default 10
}

// Topic maps one thing that one can say yes or no to, to each processor's own id of it.
type Topic = document.Map[string]

// Channels are the rows of the notice's table (C1), and what holds for contacts
// that match none.
type Channels struct {
	Pos       document.Pos
	Rows      document.Map[Channel]
	Otherwise *Otherwise
}

// DecodeNode reads the rows, and the key `otherwise` apart from them.
func (c *Channels) DecodeNode(n document.Node) {
	c.Pos = n.Pos()
	rows := n.Members()
	for i, m := range rows {
		if m.Key == "otherwise" {
			c.Otherwise = new(Otherwise)
			m.Value.Into(c.Otherwise)
			rows = append(rows[:i:i], rows[i+1:]...)
			break
		}
	}
	c.Rows.DecodeMembers(n, rows)
}

// Channel is how a contact was collected (C1).
type Channel struct {
	Pos              document.Pos
	Row              string   `yaml:"row"`                         // what the row of the notice says
	Basis            Basis    `yaml:"basis"`                       // the lawful basis (GDPR Art. 6(1))
	Assessment       string   `yaml:"assessment,optional"`         // the balancing test that a legitimate interest needs
	Purposes         []string `yaml:"purposes"`                    // names of purposes
	Permits          Permits  `yaml:"permits"`                     // what may be sent: nothing, one message, letters from person to person, or topics with proven consent (C11)
	TellPersonWithin *Period  `yaml:"tell-person-within,optional"` // for data that is not from the person: at most 1mo (GDPR Art. 14(3))
	ToldBy           []Block  `yaml:"told-by,optional"`            // conditions, one of which a contact meets whose person was told where their data came from (C25)
	When             []Block  `yaml:"when"`                        // conditions, one of which a contact meets that came this way
}

// Otherwise is what holds for a contact of unknown origin. It never says more
// than "no marketing".
type Otherwise struct {
	Pos     document.Pos
	Permits Permits       `yaml:"permits"` // nothing: doubt stops marketing
	Then    OtherwiseThen `yaml:"then"`    // a human is told of each unknown origin
}

// Assessment is the written balancing test of a legitimate interest (C3).
type Assessment struct {
	Pos         document.Pos
	Interest    string  `yaml:"interest"`    // what the company wants
	Impact      string  `yaml:"impact"`      // what it does to people
	Necessity   string  `yaml:"necessity"`   // why it can't be had without the data
	Expectation string  `yaml:"expectation"` // why people can expect it
	Outcome     Outcome `yaml:"outcome"`     // failed: its channels permit nothing
	Owner       string  `yaml:"owner"`       // who answers for the test
	Reviewed    Day     `yaml:"reviewed"`    // the day of the last review
	ReviewBy    Day     `yaml:"review-by"`   // 90 days after it the channels permit nothing
}

// Processor is one line of the register (C7).
type Processor struct {
	Pos            document.Pos
	For            string               `yaml:"for"`                       // what it does for the controller
	SystemOfRecord bool                 `yaml:"system-of-record,optional"` // feeds the others, and so deletes first
	Region         string               `yaml:"region"`                    // where the data lies: EU, EEA, or a country's two letters
	Safeguard      *Safeguard           `yaml:"safeguard,optional"`        // what makes a transfer out of the zone lawful (GDPR Art. 46)
	AfterDelete    *AfterDelete         `yaml:"after-delete,optional"`     // how long it keeps what was deleted (C8)
	DeleteWith     DeleteWith           `yaml:"delete-with,optional"`      // the ordinary way may be undone for a time
	Fields         document.Map[string] `yaml:"fields,optional"`           // custom field → category
	ByHand         *ByHand              `yaml:"by-hand,optional"`          // who carries out instructions, where no program does
	Aggregated     Aggregated           `yaml:"aggregated,optional"`       // holds no persons, only counts: true, or the days on which somebody looked at its settings and will again (C22)
	Consultant     bool                 `yaml:"consultant,optional"`       // people who work for the controller (C16)
	NDA            *Day                 `yaml:"nda,optional"`              // the day on which confidentiality was signed
	DPA            *Day                 `yaml:"dpa,optional"`              // the day on which the data processing agreement was signed (GDPR Art. 28)
	OwnSystem      bool                 `yaml:"own-system,optional"`       // the controller's own software
	Published      *bool                `yaml:"published,optional"`        // false: in use, and not in the published notice
}

// Safeguard is what makes a transfer lawful (GDPR Art. 46).
type Safeguard struct {
	Pos       document.Pos
	Kind      string `yaml:"kind"`      // standard clauses, binding rules, adequacy decision, code of conduct or certification
	Reference string `yaml:"reference"` // where the document is found
	ReviewBy  Day    `yaml:"review-by"` // the day by which somebody looks whether it still holds
}

// AfterDelete is the processor's own horizon (C8). One of the two is given.
type AfterDelete struct {
	Restorable *Period `yaml:"restorable,optional"` // its users can bring a record back
	Purged     *Period `yaml:"purged,optional"`     // it keeps copies that nobody sees
}

// Aggregated says that a processor holds no persons, only counts (C22).
type Aggregated struct {
	Is    bool
	Check *AggregatedCheck
}

// DecodeNode reads true or false, or when somebody looked, which says true.
func (a *Aggregated) DecodeNode(n document.Node) {
	if !n.IsMap() {
		n.Into(&a.Is)
		return
	}
	a.Is, a.Check = true, new(AggregatedCheck)
	n.Into(a.Check)
}

// AggregatedCheck is when somebody looked at the settings that keep persons out of
// aggregated data: shortened addresses, no user ids.
type AggregatedCheck struct {
	Pos      document.Pos
	Checked  Day `yaml:"checked"`   // the day of the last look
	ReviewBy Day `yaml:"review-by"` // the day by which somebody looks again
}

// ByHand says who carries out instructions at a processor without an API.
type ByHand struct {
	Pos    document.Pos
	Who    string `yaml:"who"`    // the team or company
	Within Period `yaml:"within"` // the time that an instruction may take
	Proof  string `yaml:"proof"`  // an instruction is done only with evidence
}

// Retention says how long data is kept (C5, C6, C23).
type Retention struct {
	Pos          document.Pos
	Period       Period               `yaml:"period"`                 // without a sign of life, from the last one or from collection: y, mo or d, whole days
	Grace        *Period              `yaml:"grace,optional"`         // the time between lapsing and deletion, in which people look
	Signals      Signals              `yaml:"signals"`                // acts of the person that keep data alive; one is enough
	NeverSignals []FieldRef           `yaml:"never-signals,optional"` // fields that no signal may name
	NoBasisLeft  NoBasisLeft          `yaml:"no-basis-left,optional"` // what becomes of people whose consent is withdrawn and whom nothing else carries (C23)
	Shorter      document.Map[Period] `yaml:"shorter,optional"`       // channel → period
	Longer       document.Map[Keep]   `yaml:"longer,optional"`        // laws that require or allow longer retention, by name (C6)
}

// Signals are the acts of the person that keep data alive, by kind.
type Signals struct {
	Activity []Signal `yaml:"activity,optional"` // what the person did
	Interest []Signal `yaml:"interest,optional"` // what the person answered or agreed to
	Intent   []Signal `yaml:"intent,optional"`   // what the person is about to do
	Need     []Signal `yaml:"need,optional"`     // what the person still needs
}

// Signal is either dated (`date`) or ongoing (`while`, `at-most`, `after`).
type Signal struct {
	Pos     document.Pos
	Date    []FieldRef `yaml:"date,optional"`    // fields with the day of the act
	When    *Block     `yaml:"when,optional"`    // a condition on the row that the date is on
	While   *Block     `yaml:"while,optional"`   // a condition: the signal goes on as long as it holds
	AtMost  *Period    `yaml:"at-most,optional"` // how long after the day in `after` it may go on: what is forgotten keeps nobody for ever
	After   *FieldRef  `yaml:"after,optional"`   // the field with the day from which at-most counts
	Because string     `yaml:"because,optional"` // why a field that staff or software moves shows an act of the person
}

// Keep is a law that requires or allows longer retention (C6).
type Keep struct {
	Pos         document.Pos
	Law         string    `yaml:"law"`                    // the law and its section
	Period      *Period   `yaml:"period,optional"`        // how long, from the day that after or after-year-of names
	AfterYearOf *FieldRef `yaml:"after-year-of,optional"` // the field with a day from whose year's end the period counts
	After       *FieldRef `yaml:"after,optional"`         // the field with the day from which the period counts
	While       *Block    `yaml:"while,optional"`         // a condition: kept as long as it holds
	At          []string  `yaml:"at"`                     // the processors that hold what the law asks for
	Keeps       []string  `yaml:"keeps"`                  // the categories that the law asks for; others go
}

// Minors says who is too young (C4).
type Minors struct {
	Pos          document.Pos
	Under        int        `yaml:"under"`                 // the age from which people are adults, 13 to 21
	KnownBy      []FieldRef `yaml:"known-by"`              // fields with the date of birth
	Placeholders []Day      `yaml:"placeholders,optional"` // dates that forms put in: no birthdays
	SuspectedBy  []Block    `yaml:"suspected-by,optional"` // conditions: marketing stops, and a human looks
	Then         MinorsThen `yaml:"then"`                  // holds and daily limits still apply
}

// Consent says what proves a yes and what a no reaches (C2, C12, C20).
type Consent struct {
	Pos          document.Pos
	Proof        []Proof            `yaml:"proof"`             // given, how, wording: all three, or it is no consent
	Accepted     []Block            `yaml:"accepted,optional"` // conditions: a processor's own records of consent
	Forms        document.Map[Form] `yaml:"forms,optional"`    // the form register, by the vendor's id of the form
	WithoutProof WithoutProof       `yaml:"without-proof"`     // what becomes of a subscription that nothing proves
	Refusal      Refusal            `yaml:"refusal"`           // where a no is read, and how far it counts
}

// Form is one line of the form register (C20). The key is the vendor's id of the form.
type Form struct {
	Pos        document.Pos
	Name       string   `yaml:"name"`         // what people call it
	Topics     []string `yaml:"topics"`       // what one agrees to in it
	Notice     string   `yaml:"notice"`       // the version of the notice that it shows: the wording
	OwnTickBox bool     `yaml:"own-tick-box"` // whether consent has a box of its own: without, it proves nothing
}

// Refusal says where a no is read and how far it counts.
type Refusal struct {
	ReadFrom []FieldOrBlock `yaml:"read-from"` // flags and conditions, each of which is a no
	CountsAt CountsAt       `yaml:"counts-at"` // a no counts everywhere for what was refused
	LiftedBy LiftedBy       `yaml:"lifted-by"` // never an import, a sync, or a form on legitimate interest
}

// Suppression says what remains of people, as keyed pseudonyms (C19).
type Suppression struct {
	Pos     document.Pos
	Refused string  `yaml:"refused,optional"` // "until-lifted", the only value
	Erased  *Period `yaml:"erased,optional"`  // how long a person's own request is remembered
	Lapsed  *Period `yaml:"lapsed,optional"`  // how long a deletion for silence is remembered
}

// Requests is how requests of data subjects are answered (C26).
type Requests struct {
	Pos          document.Pos
	AnswerWithin Period     `yaml:"answer-within"`        // at most 1mo (GDPR Art. 12(3))
	Identity     string     `yaml:"identity"`             // checked before anything is told or deleted
	ReceivedBy   []FieldRef `yaml:"received-by,optional"` // flags by which a processor tells of a request
}

// Residency says where data may lie (C9).
type Residency struct {
	Pos               document.Pos
	Zone              string   `yaml:"zone"`               // the zone that is promised
	Users             string   `yaml:"users"`              // of people who use the product
	UsersAre          []Block  `yaml:"users-are,optional"` // conditions, one of which a contact meets whose person uses the product
	EveryoneElse      string   `yaml:"everyone-else"`      // of everybody else
	UnknownCountry    string   `yaml:"unknown-country"`    // people whose country is not known
	RefusedSafeguards []string `yaml:"refused-safeguards"` // kinds that courts or time have ended
}

// Access says who may see the data (C14, C21).
type Access struct {
	Pos          document.Pos
	Roles        document.Map[[]string] `yaml:"roles"`         // by processor, the roles whose people may see the data
	Apps         document.Map[[]string] `yaml:"apps,optional"` // by processor, the programs that may have access; lapsed itself always may
	UnlistedUser string                 `yaml:"unlisted-user"` // what becomes of users of no such role
	UnlistedApp  string                 `yaml:"unlisted-app"`  // what becomes of connected apps that the policy doesn't list
}

// Holds says what a hold needs.
type Holds struct {
	Pos     document.Pos
	Needs   []string `yaml:"needs,optional"`   // what must be told of each
	Longest *Period  `yaml:"longest,optional"` // the time after which a hold must be set anew
}

// Limits say how much happens without a human.
type Limits struct {
	Pos          document.Pos
	Delete       *VerbLimit `yaml:"delete,optional"`        // deletions a day
	Unsubscribe  *VerbLimit `yaml:"unsubscribe,optional"`   // unsubscribes a day
	Surge        *Factor    `yaml:"surge,optional"`         // new cases of a rule, as a multiple of the 30-day median, that wait for a human
	ShrunkSource *Share     `yaml:"shrunk-source,optional"` // records that a processor suddenly lacks: then nobody is deleted
	StaleSource  *Period    `yaml:"stale-source,optional"`  // the age of a read at which nobody is deleted
	Approval     *Approval  `yaml:"approval,optional"`      // what an approval is worth
}

// VerbLimit is how many persons a day; the lower of the two holds.
type VerbLimit struct {
	People int   `yaml:"people"` // persons a day
	Share  Share `yaml:"share"`  // of the persons in scope, rounded up
}

// Approval says what an approval is worth.
type Approval struct {
	Pos            document.Pos
	Valid          Period `yaml:"valid"`                     // the time in which a batch may be approved
	TwoPeopleAbove *Share `yaml:"two-people-above,optional"` // the share of persons above which a second one approves
	NotBy          string `yaml:"not-by,optional"`           // who may not approve
}

// Notice says how the public notice is made (C17).
type Notice struct {
	Pos       document.Pos
	Languages []string `yaml:"languages"` // of the notice, as BCP 47 tags: en
	Template  string   `yaml:"template"`  // the file that gives it its form
}
