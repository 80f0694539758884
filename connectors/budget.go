package connectors

import "time"

// Metered is an account whose processor tells how many calls of a day are used.
type Metered interface {
	// Budget is what the processor's last answer told of the account's day; ok is
	// false before the first one and where the processor tells nothing. It makes no
	// call. Read ends with fault.RateLimited when 80 % are used, Changes at 95 %;
	// re-reads and writes never ask.
	Budget() (b Budget, ok bool)
}

// Budget is the calls of a day, of all of the account's programs together.
type Budget struct {
	Used, Most int
	AsOf       time.Time // processor's clock at the answer that told
	// Free is when all calls are there again; zero where the day is the last 24
	// hours, in which they come free by and by.
	Free time.Time
}
