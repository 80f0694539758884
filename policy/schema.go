package policy

import "github.com/lapsed/lapsed/internal/document"

// Document is a policy file as written: the grammar. Its shape is what a lawyer
// edits; Compile turns it into what decides.
type Document struct {
	Pos         document.Pos
	Name        string                   `yaml:"policy"`
	Version     string                   `yaml:"version"`
	Effective   Day                      `yaml:"effective"`
	Supersedes  string                   `yaml:"supersedes,optional"`
	Controller  Controller               `yaml:"controller"`
	Scope       Scope                    `yaml:"scope,optional"`
	Identity    Identity                 `yaml:"identity,optional"`
	Purposes    document.Map[string]     `yaml:"purposes,optional"`
	Categories  document.Map[[]string]   `yaml:"categories,optional"`
	Topics      document.Map[Topic]      `yaml:"topics,optional"`
	Channels    Channels                 `yaml:"channels,optional"`
	Assessments document.Map[Assessment] `yaml:"assessments,optional"`
	Processors  document.Map[Processor]  `yaml:"processors"`
	Retention   Retention                `yaml:"retention"`
	Minors      *Minors                  `yaml:"minors,optional"`
	Consent     *Consent                 `yaml:"consent,optional"`
	Suppression Suppression              `yaml:"suppression,optional"`
	Requests    *Requests                `yaml:"requests,optional"`
	Residency   *Residency               `yaml:"residency,optional"`
	Access      *Access                  `yaml:"access,optional"`
	Holds       Holds                    `yaml:"holds,optional"`
	Limits      Limits                   `yaml:"limits,optional"`
	Notice      *Notice                  `yaml:"notice,optional"`
}

// Controller is who answers for the data (GDPR Art. 4(7)).
type Controller struct {
	Name     string   `yaml:"name"`
	Country  Country  `yaml:"country"`
	Timezone TimeZone `yaml:"timezone"` // all days of the policy are days of this zone
	Contact  string   `yaml:"contact"`
}

// Scope says whom the policy is not about (C18).
type Scope struct {
	Pos        document.Pos
	LeaveAlone []Block `yaml:"leave-alone,optional"`
}

// Identity says who is one person.
type Identity struct {
	Pos      document.Pos
	JoinedBy []FieldRef `yaml:"joined-by,optional"` // default: email
	NotBy    []NotBy    `yaml:"not-by,optional"`
	AtMost   *int       `yaml:"at-most,optional"` // contacts in a person; default 10
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
	Row              string   `yaml:"row"`
	Basis            Basis    `yaml:"basis"`
	Assessment       string   `yaml:"assessment,optional"`
	Purposes         []string `yaml:"purposes"`
	Permits          Permits  `yaml:"permits"`
	TellPersonWithin *Period  `yaml:"tell-person-within,optional"`
	When             []Block  `yaml:"when"`
}

// Otherwise is what holds for a contact of unknown origin. It never says more
// than "no marketing".
type Otherwise struct {
	Pos     document.Pos
	Permits Permits       `yaml:"permits"`
	Then    OtherwiseThen `yaml:"then"`
}

// Assessment is the written balancing test of a legitimate interest (C3).
type Assessment struct {
	Pos         document.Pos
	Interest    string  `yaml:"interest"`
	Impact      string  `yaml:"impact"`
	Necessity   string  `yaml:"necessity"`
	Expectation string  `yaml:"expectation"`
	Outcome     Outcome `yaml:"outcome"`
	Owner       string  `yaml:"owner"`
	Reviewed    Day     `yaml:"reviewed"`
	ReviewBy    Day     `yaml:"review-by"`
}

// Processor is one line of the register (C7).
type Processor struct {
	Pos            document.Pos
	For            string               `yaml:"for"`
	SystemOfRecord bool                 `yaml:"system-of-record,optional"`
	Region         string               `yaml:"region"`
	Safeguard      *Safeguard           `yaml:"safeguard,optional"`
	AfterDelete    *AfterDelete         `yaml:"after-delete,optional"`
	DeleteWith     DeleteWith           `yaml:"delete-with,optional"`
	Fields         document.Map[string] `yaml:"fields,optional"` // custom field → category
	ByHand         *ByHand              `yaml:"by-hand,optional"`
	Aggregated     bool                 `yaml:"aggregated,optional"`
	Consultant     bool                 `yaml:"consultant,optional"`
	NDA            *Day                 `yaml:"nda,optional"`
	DPA            *Day                 `yaml:"dpa,optional"`
	OwnSystem      bool                 `yaml:"own-system,optional"`
	Published      *bool                `yaml:"published,optional"`
}

// Safeguard is what makes a transfer lawful (GDPR Art. 46).
type Safeguard struct {
	Pos       document.Pos
	Kind      string `yaml:"kind"`
	Reference string `yaml:"reference"`
	ReviewBy  Day    `yaml:"review-by"`
}

// AfterDelete is the processor's own horizon (C8). One of the two is given.
type AfterDelete struct {
	Restorable *Period `yaml:"restorable,optional"` // its users can bring a record back
	Purged     *Period `yaml:"purged,optional"`     // it keeps copies that nobody sees
}

// ByHand says who carries out instructions at a processor without an API.
type ByHand struct {
	Pos    document.Pos
	Who    string `yaml:"who"`
	Within Period `yaml:"within"`
	Proof  string `yaml:"proof"`
}

// Retention says how long data is kept (C5, C6, C23).
type Retention struct {
	Pos          document.Pos
	Period       Period               `yaml:"period"`
	Grace        *Period              `yaml:"grace,optional"`
	Signals      Signals              `yaml:"signals"`
	NeverSignals []FieldRef           `yaml:"never-signals,optional"`
	NoBasisLeft  NoBasisLeft          `yaml:"no-basis-left,optional"`
	Shorter      document.Map[Period] `yaml:"shorter,optional"` // channel → period
	Longer       document.Map[Keep]   `yaml:"longer,optional"`
}

// Signals are the acts of the person that keep data alive, by kind.
type Signals struct {
	Activity []Signal `yaml:"activity,optional"`
	Interest []Signal `yaml:"interest,optional"`
	Intent   []Signal `yaml:"intent,optional"`
	Need     []Signal `yaml:"need,optional"`
}

// Signal is either dated (`date`) or ongoing (`while`, `at-most`, `after`).
type Signal struct {
	Pos     document.Pos
	Date    []FieldRef `yaml:"date,optional"`
	When    *Block     `yaml:"when,optional"`
	While   *Block     `yaml:"while,optional"`
	AtMost  *Period    `yaml:"at-most,optional"`
	After   *FieldRef  `yaml:"after,optional"`
	Because string     `yaml:"because,optional"`
}

// Keep is a law that requires or allows longer retention (C6).
type Keep struct {
	Pos         document.Pos
	Law         string    `yaml:"law"`
	Period      *Period   `yaml:"period,optional"`
	AfterYearOf *FieldRef `yaml:"after-year-of,optional"`
	After       *FieldRef `yaml:"after,optional"`
	While       *Block    `yaml:"while,optional"`
	At          []string  `yaml:"at"`
	Keeps       []string  `yaml:"keeps"`
}

// Minors says who is too young (C4).
type Minors struct {
	Pos          document.Pos
	Under        int        `yaml:"under"`
	KnownBy      []FieldRef `yaml:"known-by"`
	Placeholders []Day      `yaml:"placeholders,optional"`
	SuspectedBy  []Block    `yaml:"suspected-by,optional"`
	Then         MinorsThen `yaml:"then"`
}

// Consent says what proves a yes and what a no reaches (C2, C12, C20).
type Consent struct {
	Pos          document.Pos
	Proof        []Proof            `yaml:"proof"`
	Accepted     []Block            `yaml:"accepted,optional"`
	Forms        document.Map[Form] `yaml:"forms,optional"`
	WithoutProof WithoutProof       `yaml:"without-proof"`
	Refusal      Refusal            `yaml:"refusal"`
}

// Form is one line of the form register (C20). The key is the vendor's id of the form.
type Form struct {
	Pos        document.Pos
	Name       string   `yaml:"name"`
	Topics     []string `yaml:"topics"`
	Notice     string   `yaml:"notice"` // the version of the notice that it shows: the wording
	OwnTickBox bool     `yaml:"own-tick-box"`
}

// Refusal says where a no is read and how far it counts.
type Refusal struct {
	ReadFrom []FieldOrBlock `yaml:"read-from"`
	CountsAt CountsAt       `yaml:"counts-at"`
	LiftedBy LiftedBy       `yaml:"lifted-by"`
}

// Suppression says what remains of people, as keyed pseudonyms (C19).
type Suppression struct {
	Pos     document.Pos
	Refused string  `yaml:"refused,optional"` // "until-lifted", the only value
	Erased  *Period `yaml:"erased,optional"`
	Lapsed  *Period `yaml:"lapsed,optional"`
}

// Requests is how requests of data subjects are answered (C26).
type Requests struct {
	Pos          document.Pos
	AnswerWithin Period     `yaml:"answer-within"`
	Identity     string     `yaml:"identity"`
	ReceivedBy   []FieldRef `yaml:"received-by,optional"`
}

// Residency says where data may lie (C9).
type Residency struct {
	Pos               document.Pos
	Zone              string   `yaml:"zone"`
	Users             string   `yaml:"users"`
	EveryoneElse      string   `yaml:"everyone-else"`
	UnknownCountry    string   `yaml:"unknown-country"`
	RefusedSafeguards []string `yaml:"refused-safeguards"`
}

// Access says who may see the data (C14, C21).
type Access struct {
	Pos          document.Pos
	Roles        document.Map[[]string] `yaml:"roles"`
	UnlistedUser string                 `yaml:"unlisted-user"`
	UnlistedApp  string                 `yaml:"unlisted-app"`
}

// Holds says what a hold needs.
type Holds struct {
	Pos     document.Pos
	Needs   []string `yaml:"needs,optional"`
	Longest *Period  `yaml:"longest,optional"`
}

// Limits say how much happens without a human.
type Limits struct {
	Pos          document.Pos
	Delete       *VerbLimit `yaml:"delete,optional"`
	Unsubscribe  *VerbLimit `yaml:"unsubscribe,optional"`
	Surge        *Factor    `yaml:"surge,optional"`
	ShrunkSource *Share     `yaml:"shrunk-source,optional"`
	StaleSource  *Period    `yaml:"stale-source,optional"`
	Approval     *Approval  `yaml:"approval,optional"`
}

// VerbLimit is how many persons a day; the lower of the two holds.
type VerbLimit struct {
	People int   `yaml:"people"`
	Share  Share `yaml:"share"`
}

// Approval says what an approval is worth.
type Approval struct {
	Pos            document.Pos
	Valid          Period `yaml:"valid"`
	TwoPeopleAbove *Share `yaml:"two-people-above,optional"`
	NotBy          string `yaml:"not-by,optional"`
}

// Notice says how the public notice is made (C17).
type Notice struct {
	Pos       document.Pos
	Languages []string `yaml:"languages"`
	Template  string   `yaml:"template"`
}
