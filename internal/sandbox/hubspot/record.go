package hubspot

import (
	"math"
	"slices"
)

// latest is an instant after all others: the record as it is now.
const latest = math.MaxInt64

// maxHistory bounds what a record remembers of its earlier values.
const maxHistory = 200

// source is who moved a value, as a property's history tells it.
type source uint8

const (
	byStaff source = iota
	byForm
	byPerson
	byAPI
	byImport
	bySystem
)

var sourceTypes = [...]string{"CRM_UI", "FORM", "ANALYTICS", "INTEGRATION", "IMPORT", "CALCULATED"}

// value is what a column holds since an instant. Empty text is null on the wire.
type value struct {
	text string
	at   int64
	col  column
	by   source
}

// record is one contact. Times are sandbox time in ms.
type record struct {
	id       int64
	created  int64
	modified int64 // lastmodifieddate
	touched  int64 // when modified became what it is: what the index goes by
	archived int64 // 0 = live
	values   []value
	old      []value // superseded ones, oldest first; of colModified too
	deals    []int64
}

func (r *record) find(c column) (int, bool) {
	return slices.BinarySearchFunc(r.values, c, func(v value, c column) int { return int(v.col) - int(c) })
}

// get returns the text of a stored column now.
func (r *record) get(c column) string {
	if i, ok := r.find(c); ok {
		return r.values[i].text
	}
	return ""
}

// set replaces a column's value and keeps the old one for the history and the
// index. It reports whether the text changed.
func (r *record) set(c column, text string, at int64, by source) bool {
	i, ok := r.find(c)
	switch {
	case ok && r.values[i].text == text, !ok && text == "":
		return false
	case ok:
		r.remember(r.values[i])
		r.values[i] = value{text, at, c, by}
	default:
		r.values = slices.Insert(r.values, i, value{text, at, c, by})
	}
	return true
}

func (r *record) remember(v value) {
	if len(r.old) >= maxHistory {
		r.old = slices.Delete(r.old, 0, 1)
	}
	r.old = append(r.old, v)
}

// touch moves lastmodifieddate to `at`. A seed may do so with a time in the past,
// which never moves it back.
func (r *record) touch(at int64) {
	if at <= r.touched {
		r.modified = max(r.modified, at)
		return
	}
	r.remember(value{text: itoa(r.modified), at: r.touched, col: colModified})
	r.modified, r.touched = max(r.modified, at), at
}

// text returns any column as it was at an instant, the system's own ones too.
func (r *record) text(c column, at int64) string {
	switch c {
	case colID:
		return itoa(r.id)
	case colCreated, colCreatedToo:
		return stamp(r.created)
	case colModified, colModifiedToo:
		ms, _ := r.modifiedAt(at)
		return stamp(ms)
	}
	if i, ok := r.find(c); ok {
		if r.values[i].at <= at {
			return r.values[i].text
		}
		return r.before(c, at)
	}
	return ""
}

// before looks a column's superseded values up for the one that held at an instant.
func (r *record) before(c column, at int64) string {
	for _, v := range slices.Backward(r.old) {
		if v.col == c && v.at <= at {
			return v.text
		}
	}
	return ""
}

// modifiedAt returns lastmodifieddate as the index knew it at an instant; false
// if it did not know the record yet.
func (r *record) modifiedAt(at int64) (int64, bool) {
	if r.touched <= at {
		return r.modified, true
	}
	if text := r.before(colModified, at); text != "" {
		ms, ok := instant(text)
		return ms, ok
	}
	return r.created, false
}

// history returns a column's values, newest first.
func (r *record) history(c column) []value {
	var out []value
	switch c {
	case colID, colCreated, colCreatedToo:
		return []value{{text: r.text(c, latest), at: r.created, by: bySystem}}
	case colModified, colModifiedToo:
		return []value{{text: stamp(r.modified), at: r.touched, by: bySystem}}
	}
	if i, ok := r.find(c); ok {
		out = append(out, r.values[i])
	}
	for _, v := range slices.Backward(r.old) {
		if v.col == c {
			out = append(out, v)
		}
	}
	return out
}

// byRecordID orders records for the sorted indexes.
func byRecordID(r *record, id int64) int {
	switch {
	case r.id < id:
		return -1
	case r.id > id:
		return 1
	}
	return 0
}

// place puts a record into a sorted index, remove takes it out.
func place(index []*record, r *record) []*record {
	i, _ := slices.BinarySearchFunc(index, r.id, byRecordID)
	return slices.Insert(index, i, r)
}

func remove(index []*record, r *record) []*record {
	i, ok := slices.BinarySearchFunc(index, r.id, byRecordID)
	if !ok {
		return index
	}
	return slices.Delete(index, i, i+1)
}
