package policy

import (
	"html/template"
	"io"
)

// HTML writes the notice as one page that needs nothing else: no script, no
// image, no font, no address. It reads well aloud, on a small screen and on paper.
func (p NoticePage) HTML(w io.Writer) error {
	t, err := template.New("notice").Parse(noticeTemplate)
	if err != nil {
		return err
	}
	return t.Execute(w, p)
}

const noticeTemplate = `<!DOCTYPE html>
<html lang="{{.Language}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
<style>
body { font: 1rem/1.6 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 64rem; margin: 0 auto; padding: 1rem; }
h1, h2 { line-height: 1.25; }
h2 { margin-top: 2.5rem; }
a { color: #0b4f9e; }
.skip { position: absolute; left: -100rem; }
.skip:focus { position: static; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: bold; padding: .5rem 0; }
th, td { border: 1px solid #767676; padding: .4rem .6rem; text-align: left; vertical-align: top; }
thead th { background: #f0f0f0; }
tbody th { font-weight: normal; }
@media print { nav, .skip { display: none; } body { max-width: none; padding: 0; } tr { break-inside: avoid; } thead { display: table-header-group; } }
</style>
</head>
<body>
<a class="skip" href="#content">To the notice</a>
<header><h1>{{.Title}}</h1></header>
<nav aria-label="Contents"><ul>
{{- range .Sections}}
<li><a href="#{{.ID}}">{{.Title}}</a></li>
{{- end}}
</ul></nav>
<main id="content">
{{- range .Sections}}
<section id="{{.ID}}" aria-labelledby="{{.ID}}-title">
<h2 id="{{.ID}}-title">{{.Title}}</h2>
{{- range .Parts}}
{{- if .Table}}{{with .Table}}
<div class="wide" role="group" aria-label="{{.Caption}}" tabindex="0"><table>
<caption>{{.Caption}}</caption>
<thead><tr>{{range .Head}}<th scope="col">{{.}}</th>{{end}}</tr></thead>
<tbody>
{{- range .Rows}}
<tr>{{range $i, $cell := .}}{{if $i}}<td>{{$cell}}</td>{{else}}<th scope="row">{{$cell}}</th>{{end}}{{end}}</tr>
{{- end}}
</tbody>
</table></div>
{{- end}}
{{- else if .List}}
<ul>
{{- range .List}}
<li>{{.}}</li>
{{- end}}
</ul>
{{- else}}
<p>{{.Text}}</p>
{{- end}}
{{- end}}
</section>
{{- end}}
</main>
</body>
</html>
`
