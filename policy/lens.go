package policy

import "github.com/lapsed/lapsed/internal/contact"

// lens is the policy as it looks at records of one object of one processor:
// every rule that can say something of them, with the names of their fields.
type lens struct {
	object string

	emails    []string // by which persons are joined, primary first
	mailed    []string // to which mail can be sent
	first     string
	last      string
	collected string
	bounced   []string
	optOuts   []string // own flags that refuse all e-mail
	erasure   []ref
	links     []linkField
	// rolesAlone: the policy joins nobody by a role address.
	rolesAlone bool

	leaveAlone []cond
	suspected  []cond
	births     []ref
	channels   []channelLens
	origins    []string // own fields that channels ask: an unknown origin's value is theirs
	signals    []signalLens
	refusals   []refusalLens
	accepted   []acceptedLens
	forms      *formLens
	topics     []topicLens
	topicGroup *topicGroup
	keeps      []keepLens
	filled     []filledLens
	losses     map[string]*loss // by field ("Birthdate", "Task.CallType") and group ("Task")
}

// loss is what it means for a record that a field or a group can't be read.
// Empty is not unreadable: whatever might have been there is taken to have kept
// the person (C5), and nothing is deleted for want of it.
type loss struct {
	unread bool     // it might have held a sign of life, or another way of collection
	scope  bool     // it might have said that the policy isn't about the record
	link   bool     // it might have joined the record to another
	name   bool     // it might have told two people at one address apart
	birth  bool     // it might have shown the person to be of age
	keeps  []uint16 // it might have carried these laws' claims
}

type ref struct{ group, name string }

type linkField struct{ name, to string }

type channelLens struct {
	rule uint16
	any  []cond
}

type signalLens struct {
	rule uint16
	date ref // of the act; for an ongoing signal, what its end counts from
	when cond
	row  []test // tests on the row that date is on
}

type refusalLens struct {
	rule   uint16
	cond   cond
	extent contact.Extent
	// For ExtentTopic: tests on the group's rows, and the names of their fields.
	group         string
	rows          []test
	topic, stated string
}

type acceptedLens struct {
	group, topic, state, stated, source, until string
	rows                                       []test
	own                                        cond
}

type formLens struct {
	group, form, stated string
	topics              map[string][]uint16 // registered forms with a tick box of their own
}

type topicLens struct {
	rule  uint16
	flag  string // own Bool field
	group string // or: rows of this group with this id
	id    string
}

// topicGroup is a group whose rows say what the person is subscribed to.
type topicGroup struct{ group, topic, state string }

type keepLens struct {
	rule  uint16
	start ref
	has   bool // start is read here
	while cond
	asks  bool // while is asked here
}

// filledLens is the categories of one group's fields, a bit each.
type filledLens struct {
	group string
	all   uint32
	bits  map[string]uint32
}

// lens builds the view of one object.
func (c *compiler) lens(processor, object string, cat contact.Catalogue) *lens {
	l := &lens{object: object, losses: map[string]*loss{}}
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
