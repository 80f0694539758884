package notify

import "time"

// Kind says what an event is about.
type Kind string

// The kinds.
const (
	ApprovalNeeded  Kind = "approval-needed"
	FindingOpened   Kind = "finding-opened"
	SourceUnread    Kind = "source-unread"
	LogNotPublished Kind = "log-not-published"
)

// Event is one thing that somebody should know.
type Event struct {
	Key   string    `json:"id"` // what it is about: two events with one key are one
	Kind  Kind      `json:"kind"`
	Title string    `json:"title"` // one line
	Body  string    `json:"body"`  // plain text, with what to do
	Cycle string    `json:"cycle,omitempty"`
	At    time.Time `json:"at"`
	Link  string    `json:"link,omitempty"`
}

// text is the event for people.
func (e Event) text() string {
	s := e.Title + "\n\n" + e.Body
	if e.Link != "" {
		s += "\n\n" + e.Link
	}
	return s
}
