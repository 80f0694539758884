package policy

import "github.com/lapsed/lapsed/internal/contact"

// lens is the policy as it looks at records of one object of one processor:
// every rule that can say something of them, with the names of their fields.
type lens struct {
	object string
	groups []*group // whose fields some rule looks at; the first is the record's own

	emails    []int // own fields by which persons are joined, primary first
	mailed    []int // own fields to which mail can be sent
	first     int   // own fields; none = -1
	last      int
	collected int
	bounced   []int
	optOuts   []int  // own flags that refuse all e-mail
	erasure   []spot // flags of the connector's that ask to be forgotten
	requested []spot // and those that the policy names
	links     []linkField
	// rolesAlone: the policy joins nobody by a role address.
	rolesAlone bool

	leaveAlone []cond
	suspected  []cond
	births     []spot
	channels   []channelLens
	origins    []int // own fields that channels ask: an unknown origin's value is theirs
	signals    []signalLens
	refusals   []refusalLens
	accepted   []acceptedLens
	forms      *formLens
	topics     []topicLens
	alone      [][]uint16 // each topic of the policy in a list of its own; never changed
	topicGroup *topicGroup
	keeps      []keepLens
	filled     []filledLens
	users      []cond           // who uses the product
	told       []channelLens    // who was told of a channel
	country    int              // own field; none = -1
	losses     map[string]*loss // by field ("Birthdate", "Task.CallType") and group ("Task")
}

// loss is what it means for a record that a field or a group can't be read.
// Empty is not unreadable: whatever might have been there is taken to have kept
// the person (C5), and nothing is deleted for want of it.
type loss struct {
	unread bool     // it might have held a sign of life, or another way of collection
	proof  bool     // it might have been a proven consent
	scope  bool     // it might have said that the policy isn't about the record
	link   bool     // it might have joined the record to another
	name   bool     // it might have told two people at one address apart
	birth  bool     // it might have shown the person to be of age
	keeps  []uint16 // it might have carried these laws' claims
}

// ref names a field of a group.
type ref struct{ group, name string }

// group is the record itself, or rows of other objects, with the fields that are
// looked at there. Rules know a group by its number in the lens, and a field by
// its number in the pick; the number -1 is a field that isn't there.
type group struct {
	name string
	pick contact.Pick
}

// spot is the place of a field: the numbers of its group and of itself.
type spot struct{ group, field int }

type linkField struct {
	field int // own
	to    string
}

type channelLens struct {
	rule uint16
	any  []cond
}

type signalLens struct {
	rule uint16
	date spot // of the act; for an ongoing signal, what its end counts from
	when cond
	row  []test // tests on the row that date is on
}

type refusalLens struct {
	rule   uint16
	cond   cond
	extent contact.Extent
	// For ExtentTopic: tests on the group's rows, and the names of their fields.
	group         int
	rows          []test
	topic, stated int
}

type acceptedLens struct {
	group, topic, state, stated, source, until int
	rows                                       []test
	own                                        cond
}

type formLens struct {
	group, form, stated int
	topics              map[string][]uint16 // registered forms with a tick box of their own
}

type topicLens struct {
	rule uint16
	flag int    // own Bool field; -1: rows of the topics' group
	id   string // the processor's own
}

// topicGroup is a group whose rows say what the person is subscribed to.
type topicGroup struct{ group, topic, state int }

type keepLens struct {
	rule  uint16
	start spot
	has   bool // start is read here
	while cond
	asks  bool // while is asked here
}

// filledLens is the categories of one group's fields, a bit each.
type filledLens struct {
	group int
	all   uint32
	bits  []uint32 // by the field's number
}

// lens builds the view of one object.
func (c *compiler) lens(processor, object string, cat contact.Catalogue) *lens {
	l := &lens{object: object, groups: []*group{new(group)}, losses: map[string]*loss{}}
	v := view{c: c, processor: processor, object: object, cat: cat, lens: l}
	v.roles()
	v.scope()
	v.channels()
	v.signals()
	v.consent()
	v.keeps()
	v.categories()
	return l
}
