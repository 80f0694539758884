package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"github.com/lapsed/lapsed/internal/httpx"
	"github.com/lapsed/lapsed/policy"
)

// maxPage is how much of a published page is read, in bytes.
const maxPage = 4 << 20

// errNotice tells that a published page says something else than the policy; what
// was printed.
var errNotice = errors.New("the published page and the policy do not say the same")

// Notice is the public notice of the policy.
func (f PolicyFile) Notice() (policy.NoticePage, error) {
	d, err := f.parsed()
	if err != nil {
		return policy.NoticePage{}, err
	}
	return d.Publish(), nil
}

func (f PolicyFile) parsed() (*policy.Document, error) {
	name, text, _, problems := f.read()
	if len(problems) > 0 {
		return nil, problems
	}
	d, _, problems := policy.Parse(name, text)
	if len(problems) > 0 {
		return nil, problems
	}
	return d, nil
}

// NoticeCheck is how a published page agrees with a policy.
type NoticeCheck struct {
	Page        string                    `json:"page"`
	Version     string                    `json:"version"`
	Differences []policy.NoticeDifference `json:"differences"`
}

// CheckNotice holds a published page against the policy: a file, an https address,
// or plain http on this machine.
func (f PolicyFile) CheckNotice(ctx context.Context, page string) (NoticeCheck, error) {
	d, err := f.parsed()
	if err != nil {
		return NoticeCheck{}, err
	}
	text, err := pageText(ctx, page)
	if err != nil {
		return NoticeCheck{}, err
	}
	c := NoticeCheck{page, d.Version, d.CompareNotice(text)}
	if c.Differences == nil {
		c.Differences = []policy.NoticeDifference{}
	}
	return c, nil
}

// Err is nil if page and policy agree.
func (c NoticeCheck) Err() error {
	if len(c.Differences) > 0 {
		return errNotice
	}
	return nil
}

// Text writes the differences for people.
func (c NoticeCheck) Text(w io.Writer) {
	for _, x := range c.Differences {
		_, _ = fmt.Fprintln(w, x.Words())
	}
	if len(c.Differences) == 0 {
		_, _ = fmt.Fprintf(w, "the page says what version %s of the policy says, as far as it can be compared\n", c.Version)
	}
}

// pageText reads a page and takes its text.
func pageText(ctx context.Context, page string) (string, error) {
	body, kind, err := fetchPage(ctx, page)
	if err != nil {
		return "", err
	}
	r, err := charset.NewReader(bytes.NewReader(body), kind)
	if err != nil {
		return "", fmt.Errorf("read the page: %w", err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return "", fmt.Errorf("read the page: %w", err)
	}
	if strings.Contains(kind, "html") || bytes.HasPrefix(bytes.TrimSpace(text), []byte("<")) {
		return htmlText(text)
	}
	return string(text), nil
}

func fetchPage(ctx context.Context, page string) (body []byte, kind string, err error) {
	if !strings.Contains(page, "://") {
		f, err := os.Open(page)
		if err != nil {
			return nil, "", usage("the page %s can't be read", page)
		}
		defer func() { _ = f.Close() }()
		body, err = io.ReadAll(io.LimitReader(f, maxPage+1))
		if err == nil && len(body) > maxPage {
			err = usage("the page %s is larger than %d MiB", page, maxPage>>20)
		}
		return body, "text/plain; charset=utf-8", err
	}
	u, err := url.Parse(page)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return nil, "", usage("a page is a file, an https address without a password, or http on this machine")
	}
	c := httpx.New(httpx.Options{Processor: "notice", Attempts: 2, MaxBody: maxPage})
	r, err := c.Do(ctx, httpx.Request{Method: http.MethodGet, URL: page, Route: "GET the published page"})
	switch {
	case err != nil:
		return nil, "", err
	case r.Status >= 300 && r.Status < 400:
		return nil, "", usage("the page has moved: name the address that it leads to")
	case r.Status != http.StatusOK:
		return nil, "", fmt.Errorf("the page answers %d", r.Status)
	}
	return r.Body, r.Header.Get("Content-Type"), nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// htmlText is what a reader of the page sees: a line for each block, and " | "
// between the cells of a row.
func htmlText(page []byte) (string, error) {
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return "", fmt.Errorf("read the page: %w", err)
	}
	var b strings.Builder
	writeText(&b, root, false)
	var lines []string
	for _, l := range strings.Split(b.String(), "\n") {
		if l = strings.Join(strings.Fields(l), " "); strings.Trim(l, " |") != "" {
			lines = append(lines, strings.TrimSuffix(l, " |"))
		}
	}
	return strings.Join(lines, "\n"), nil
}

// writeText writes a node's text. Inside a row blocks are no lines of their own.
func writeText(b *strings.Builder, n *html.Node, row bool) {
	switch n.Type {
	case html.TextNode:
		b.WriteString(strings.NewReplacer("\n", " ", "\r", " ").Replace(n.Data))
		return
	case html.ElementNode:
		if hidden(n) {
			return
		}
	}
	inRow := row || n.DataAtom == atom.Tr
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		writeText(b, c, inRow)
	}
	switch n.DataAtom {
	case atom.Td, atom.Th:
		b.WriteString(" | ")
	case atom.Tr:
		b.WriteString("\n")
	case atom.P, atom.Div, atom.Li, atom.Ul, atom.Ol, atom.Br, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Table, atom.Caption, atom.Section, atom.Article, atom.Header,
		atom.Footer, atom.Nav, atom.Main, atom.Dt, atom.Dd, atom.Blockquote, atom.Pre, atom.Title:
		if row {
			b.WriteString(" ")
		} else {
			b.WriteString("\n")
		}
	}
}

func hidden(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Iframe, atom.Svg:
		return true
	}
	for _, a := range n.Attr {
		if a.Key == "hidden" {
			return true
		}
	}
	return false
}
