package hubspot

import "net/http"

// oldBody is the body of the v3 calls, the address in it.
type oldBody struct {
	Email       string `json:"emailAddress"`
	ID          label  `json:"subscriptionId"`
	LegalBasis  string `json:"legalBasis"`
	Explanation string `json:"legalBasisExplanation"`
}

func (p *Portal) oldStatus(q *request, state string, refusal func(before string) string) answer {
	body, bad := decode[oldBody](q)
	if bad != nil {
		return *bad
	}
	id, _ := atoi(string(body.ID))
	t, ok := p.topic(id)
	if !ok || !isAddress(body.Email) {
		return q.invalid("The address or subscription %q is not valid", string(body.ID))
	}
	if text := refusal(p.peek(body.Email).status(t).state); text != "" {
		return q.invalid("%s %s from subscription %d", body.Email, text, t.id)
	}
	row := p.apply(body.Email, t, status{id, p.now, state, body.LegalBasis, body.Explanation, sourceAPI})
	return reply(http.StatusOK, map[string]any{
		"id": itoa(t.id), "name": t.name, "description": "", "status": map[string]string{unsubscribed: "NOT_SUBSCRIBED", subscribed: subscribed}[state],
		"sourceOfStatus": "SUBSCRIPTION_STATUS", "legalBasis": row.LegalBasis, "legalBasisExplanation": row.Explanation,
	}, 1)
}

// oldUnsubscribe is POST /communication-preferences/v3/unsubscribe, which fails
// when there is nothing to do.
func (p *Portal) oldUnsubscribe(q *request) answer {
	return p.oldStatus(q, unsubscribed, func(before string) string {
		if before == unsubscribed {
			return "is already unsubscribed"
		}
		return ""
	})
}

// oldSubscribe is POST /communication-preferences/v3/subscribe, which refuses who
// opted out.
func (p *Portal) oldSubscribe(q *request) answer {
	return p.oldStatus(q, subscribed, func(before string) string {
		if before == unsubscribed {
			return "cannot be updated: the address has unsubscribed"
		}
		return ""
	})
}
