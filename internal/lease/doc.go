// Package lease says who works on what. A lease has a name, one holder at a time,
// and an epoch that grows with every claim; it is a row of the state, so that the
// rule is the same for one process, several on one machine, and many machines.
//
// A holder renews its lease at a third of its time to live. One that can't, for
// the state is away or the machine stood still, is told to stop before the row
// runs out: the context of its work ends. And one that was not there to be told
// is stopped by the fence: the first statement of each of its transactions asks
// whether the row is still of its epoch. A takeover waits for a fenced
// transaction that has begun, and whoever comes after the takeover writes
// nothing more (ErrLost).
//
// Why rows and no advisory lock of the database: the lock of a client that was
// killed lasts until the server notices, that of one that sleeps for as long as
// it sleeps, and neither has an epoch that a fence could ask for.
//
// A unit that fails waits before anybody tries it again, on whatever machine: how
// often it failed and until when it waits is in the row. To be told to stop is no
// failure, and lets another machine go on at once.
//
// Times in the row are of the machines' clocks, in milliseconds. Clocks that
// differ by more than a third of the time to live are refused at the start; less
// than that makes a takeover early at worst, and the fence holds all the same.
// No transaction may take longer than half of the time to live: on SQLite, where
// one transaction writes at a time, the renewal has to wait for it.
package lease
