package policy

import (
	"slices"

	"github.com/lapsed/lapsed/internal/contact"
)

// telling finds people who have to be told where their data came from: records
// that came in no way but such as they took no part in (C25, GDPR Art. 14(3)). The
// period begins on the day after the record was made. What shows at any record of
// theirs that they were told ends it, however late.
func (j *judge) telling() {
	for i := range j.person.Observations {
		o := &j.person.Observations[i]
		if slices.ContainsFunc(o.Facts.Channels, func(c uint16) bool { return j.p.Channels.Rows[c].Value.TellPersonWithin == nil }) {
			continue
		}
		for _, c := range o.Facts.Channels {
			if !j.told(c) {
				j.tell(o.Ref.Processor, int(c), Day(o.Facts.Collected))
			}
		}
	}
}

// told tells whether some record of the person shows that they were told of a channel.
func (j *judge) told(channel uint16) bool {
	return slices.ContainsFunc(j.person.Observations, func(o contact.Observation) bool { return slices.Contains(o.Facts.Told, channel) })
}

// tell finds that the person must be told of a channel. A record whose day isn't
// known may be old: nothing shows that there is time left.
func (j *judge) tell(at string, channel int, collected Day) {
	f := Finding{Code: FindToldTooLate, Processor: at, Rule: channel}
	if collected != NoDay {
		f.Due = j.p.Channels.Rows[channel].Value.TellPersonWithin.After(collected)
		if j.today <= f.Due {
			f.Code = FindToBeTold
			j.changes(f.Due + 1)
		}
	}
	i := slices.IndexFunc(j.d.Findings, func(x Finding) bool { return x.Code == f.Code && x.Processor == at && x.Rule == channel })
	switch {
	case i < 0:
		j.d.Findings = append(j.d.Findings, f)
	case f.Due != 0 && (j.d.Findings[i].Due == 0 || f.Due < j.d.Findings[i].Due):
		j.d.Findings[i].Due = f.Due
	}
}
