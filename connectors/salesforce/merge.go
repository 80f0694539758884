package salesforce

import (
	"cmp"
	"container/heap"
)

// runReader goes through a run, one block in memory at a time.
type runReader struct {
	vault *vault
	run   run
	order int // among the runs
	plain []byte
	owner key
	row   []byte
}

// next takes the run's next row; ok is false at its end.
func (r *runReader) next() (ok bool, err error) {
	if len(r.plain) == 0 {
		if r.run.from == r.run.to {
			return false, nil
		}
		if r.plain, err = r.vault.get(r.run.from); err != nil {
			return false, err
		}
		r.run.from++
	}
	r.owner, r.row, r.plain = cut(r.plain)
	return true, nil
}

// merge hands over the rows of all runs by owner; those of one owner in the order
// of the runs, which is that in which they came.
func merge(v *vault, runs []run, each func(owner key, row []byte) error) error {
	var open readers
	for i, r := range runs {
		x := &runReader{vault: v, run: r, order: i}
		switch ok, err := x.next(); {
		case err != nil:
			return err
		case ok:
			open = append(open, x)
		}
	}
	heap.Init(&open)
	for len(open) > 0 {
		x := open[0]
		if err := each(x.owner, x.row); err != nil {
			return err
		}
		switch ok, err := x.next(); {
		case err != nil:
			return err
		case ok:
			heap.Fix(&open, 0)
		default:
			heap.Pop(&open)
		}
	}
	return nil
}

// readers is a heap of runs by the row that each is at.
type readers []*runReader

func (r readers) Len() int { return len(r) }
func (r readers) Less(a, b int) bool {
	return cmp.Or(compareKeys(r[a].owner, r[b].owner), cmp.Compare(r[a].order, r[b].order)) < 0
}
func (r readers) Swap(a, b int) { r[a], r[b] = r[b], r[a] }
func (r *readers) Push(x any)   { *r = append(*r, x.(*runReader)) }
func (r *readers) Pop() any {
	last := len(*r) - 1
	x := (*r)[last]
	*r = (*r)[:last]
	return x
}
