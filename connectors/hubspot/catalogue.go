package hubspot

import (
	"strings"

	"github.com/lapsed/lapsed/internal/contact"
)

// The groups that contacts have.
const (
	groupSubscription = "subscription"
	groupForm         = "form"
	groupDeal         = "deal"
)

// The properties that this package itself reads something from.
const (
	propEmail       = "email"
	propOthers      = "hs_additional_emails"
	propMerged      = "hs_merged_object_ids"
	propOptOut      = "hs_email_optout"
	propOptOutOf    = "hs_email_optout_" // + id of the subscription type
	propSubmissions = "hs_calculated_form_submissions"
	propDeals       = "num_associated_deals"
)

// Catalogue is all that is known of HubSpot's standard contact properties. One
// that the person moves, but others too, is listed under the others: only what
// nobody else moves may be a signal.
func Catalogue() contact.Catalogue {
	return contact.Catalogue{Kind: "hubspot", Objects: []string{object}, Fields: append(ownFields(), groupFields()...)}
}

// ownFields are the contact's own properties. It is one table, and so long.
func ownFields() []contact.Field {
	const (
		text, flag, at, list        = contact.Text, contact.Bool, contact.Instant, contact.List
		person, staff, software, us = contact.ByPerson, contact.ByCompany, contact.BySystem, contact.ByUs
		none, contacts, affiliation = contact.CategoryNone, contact.CategoryContact, contact.CategoryAffiliation
		location, behaviour         = contact.CategoryLocation, contact.CategoryBehaviour
		marketing, collaboration    = contact.CategoryMarketing, contact.CategoryCollaboration
	)
	return []contact.Field{
		{Name: "hs_object_id", Kind: text, Category: none, Mover: software},
		{Name: propEmail, Kind: text, Category: contacts, Mover: staff, Role: contact.RoleEmail},
		{Name: propOthers, Kind: list, Category: contacts, Mover: staff, Role: contact.RoleOtherEmail},
		{Name: "work_email", Kind: text, Category: contacts, Mover: staff},
		{Name: "hs_conversations_visitor_email", Kind: text, Category: contacts, Mover: staff},
		{Name: "firstname", Kind: text, Category: contacts, Mover: staff, Role: contact.RoleFirstName},
		{Name: "lastname", Kind: text, Category: contacts, Mover: staff, Role: contact.RoleLastName},
		{Name: "phone", Kind: text, Category: contacts, Mover: staff},
		{Name: "mobilephone", Kind: text, Category: contacts, Mover: staff},
		{Name: "hs_calculated_phone_number", Kind: text, Category: contacts, Mover: software},
		{Name: "company", Kind: text, Category: affiliation, Mover: staff},
		{Name: "jobtitle", Kind: text, Category: affiliation, Mover: staff, Role: contact.RoleJobTitle},

		{Name: propMerged, Kind: list, Category: none, Mover: software},
		{Name: "hs_calculated_merged_vids", Kind: list, Category: none, Mover: software},
		{Name: "hs_all_contact_vids", Kind: list, Category: none, Mover: software},

		{Name: "country", Kind: text, Category: location, Mover: staff, Role: contact.RoleCountry},
		{Name: "state", Kind: text, Category: location, Mover: staff},
		{Name: "hs_country_region_code", Kind: text, Category: location, Mover: staff},
		{Name: "ip_country", Kind: text, Category: location, Mover: software},
		{Name: "ip_country_code", Kind: text, Category: location, Mover: software},
		{Name: "ip_state", Kind: text, Category: location, Mover: software},
		// Made for lead ads; any format. It stays text, whatever it looks like (C4).
		{Name: "date_of_birth", Kind: text, Category: behaviour, Mover: staff},

		{Name: "lifecyclestage", Kind: text, Category: collaboration, Mover: staff},
		{Name: "hs_lead_status", Kind: text, Category: collaboration, Mover: staff},
		{Name: "createdate", Kind: at, Category: none, Mover: software, Role: contact.RoleCollected},
		{Name: "hs_createdate", Kind: at, Category: none, Mover: software},
		{Name: "lastmodifieddate", Kind: at, Category: none, Mover: us},
		{Name: "hs_lastmodifieddate", Kind: at, Category: none, Mover: us},
		{Name: "hs_object_source_label", Kind: text, Category: marketing, Mover: software},
		{Name: "hs_object_source", Kind: text, Category: marketing, Mover: software},
		{Name: "hs_object_source_id", Kind: text, Category: marketing, Mover: software},
		{Name: "hs_object_source_detail_1", Kind: text, Category: marketing, Mover: software},
		{Name: "hs_object_source_detail_2", Kind: text, Category: marketing, Mover: software},
		{Name: "hs_object_source_detail_3", Kind: text, Category: marketing, Mover: software},
		{Name: "hs_was_imported", Kind: flag, Category: marketing, Mover: software},
		{Name: "hs_analytics_source", Kind: text, Category: behaviour, Mover: staff},
		{Name: "hs_analytics_source_data_1", Kind: text, Category: behaviour, Mover: software},
		{Name: "hs_analytics_source_data_2", Kind: text, Category: behaviour, Mover: software},
		{Name: "hs_latest_source", Kind: text, Category: behaviour, Mover: software},
		{Name: "hs_latest_source_timestamp", Kind: at, Category: behaviour, Mover: software},

		{Name: "first_conversion_date", Kind: at, Category: behaviour, Mover: person},
		{Name: "recent_conversion_date", Kind: at, Category: behaviour, Mover: person},
		{Name: "first_conversion_event_name", Kind: text, Category: behaviour, Mover: person},
		{Name: "recent_conversion_event_name", Kind: text, Category: behaviour, Mover: person},
		{Name: "num_conversion_events", Kind: text, Category: behaviour, Mover: person},
		{Name: "num_unique_conversion_events", Kind: text, Category: behaviour, Mover: person},
		{Name: propSubmissions, Kind: list, Category: behaviour, Mover: person},

		// What staff or an API logged is outreach, not the person.
		{Name: "notes_last_contacted", Kind: at, Category: collaboration, Mover: staff},
		{Name: "notes_last_updated", Kind: at, Category: collaboration, Mover: staff},
		{Name: "notes_next_activity_date", Kind: at, Category: collaboration, Mover: staff},
		{Name: "hs_last_sales_activity_timestamp", Kind: at, Category: behaviour, Mover: person},
		{Name: "hs_last_sales_activity_type", Kind: text, Category: behaviour, Mover: person},
		{Name: "hs_email_last_send_date", Kind: at, Category: marketing, Mover: staff},
		// Mail proxies and scanners open, too (C5).
		{Name: "hs_email_last_open_date", Kind: at, Category: behaviour, Mover: software},
		{Name: "hs_email_last_click_date", Kind: at, Category: behaviour, Mover: person},
		{Name: "hs_email_last_reply_date", Kind: at, Category: behaviour, Mover: person},
		{Name: "hs_sales_email_last_opened", Kind: at, Category: behaviour, Mover: software},
		{Name: "hs_sales_email_last_clicked", Kind: at, Category: behaviour, Mover: person},
		{Name: "hs_sales_email_last_replied", Kind: at, Category: behaviour, Mover: person},
		{Name: "hs_analytics_last_timestamp", Kind: at, Category: behaviour, Mover: person},
		{Name: "hs_analytics_last_visit_timestamp", Kind: at, Category: behaviour, Mover: person},
		{Name: "hs_latest_meeting_activity", Kind: at, Category: collaboration, Mover: staff},
		{Name: "engagements_last_meeting_booked", Kind: at, Category: collaboration, Mover: person},
		{Name: "hs_document_last_revisited", Kind: at, Category: behaviour, Mover: person},
		{Name: "hs_social_last_engagement", Kind: at, Category: behaviour, Mover: person},
		{Name: "hs_feedback_last_survey_date", Kind: at, Category: behaviour, Mover: person},

		{Name: "recent_deal_close_date", Kind: at, Category: collaboration, Mover: staff},
		{Name: "first_deal_created_date", Kind: at, Category: collaboration, Mover: staff},
		{Name: "closedate", Kind: at, Category: collaboration, Mover: staff},
		{Name: propDeals, Kind: text, Category: collaboration, Mover: staff},
		{Name: "total_revenue", Kind: text, Category: collaboration, Mover: staff},
		{Name: "hs_has_active_subscription", Kind: text, Category: collaboration, Mover: staff},

		{Name: "hs_legal_basis", Kind: list, Category: marketing, Mover: staff},
		{Name: "hs_data_privacy_ads_consent", Kind: flag, Category: marketing, Mover: person},
		{Name: propOptOut, Kind: flag, Category: marketing, Mover: us, Role: contact.RoleOptOut},
		{Name: "hs_marketable_status", Kind: text, Category: marketing, Mover: staff},
		{Name: "hs_marketable_reason_type", Kind: text, Category: marketing, Mover: staff},
		{Name: "hs_marketable_until_renewal", Kind: text, Category: marketing, Mover: staff},
		{Name: "hs_email_quarantined", Kind: flag, Category: marketing, Mover: software},
		{Name: "hs_email_quarantined_reason", Kind: text, Category: marketing, Mover: software},
		{Name: "hs_quarantined_emails", Kind: list, Category: contacts, Mover: software},
		{Name: "hs_email_bad_address", Kind: flag, Category: marketing, Mover: software},
		{Name: "hs_email_hard_bounce_reason_enum", Kind: text, Category: marketing, Mover: software, Role: contact.RoleBounced},
		{Name: "hs_email_is_ineligible", Kind: flag, Category: marketing, Mover: software},
		{Name: "hs_emailconfirmationstatus", Kind: text, Category: marketing, Mover: software},
		{Name: "hs_is_contact", Kind: flag, Category: none, Mover: software},
	}
}

// groupFields are the fields of what else is known of a contact.
func groupFields() []contact.Field {
	const (
		text, flag, at              = contact.Text, contact.Bool, contact.Instant
		person, staff, software, us = contact.ByPerson, contact.ByCompany, contact.BySystem, contact.ByUs
		behaviour, marketing        = contact.CategoryBehaviour, contact.CategoryMarketing
		collaboration               = contact.CategoryCollaboration
	)
	return []contact.Field{
		// Our own withdrawals move a status, its basis and its date.
		{Group: groupSubscription, Name: "subscriptionId", Kind: text, Category: marketing, Mover: software, Role: contact.RoleTopic},
		{Group: groupSubscription, Name: "status", Kind: text, Category: marketing, Mover: us, Role: contact.RoleTopicState},
		{Group: groupSubscription, Name: "legalBasis", Kind: text, Category: marketing, Mover: us},
		{Group: groupSubscription, Name: "source", Kind: text, Category: marketing, Mover: us, Role: contact.RoleSource},
		{Group: groupSubscription, Name: "timestamp", Kind: at, Category: marketing, Mover: us, Role: contact.RoleStated},
		{Group: groupForm, Name: "guid", Kind: text, Category: behaviour, Mover: person, Role: contact.RoleForm},
		{Group: groupForm, Name: "submittedAt", Kind: at, Category: behaviour, Mover: person, Role: contact.RoleStated},
		{Group: groupDeal, Name: "hs_is_closed", Kind: flag, Category: collaboration, Mover: staff},
		{Group: groupDeal, Name: "hs_is_closed_won", Kind: flag, Category: collaboration, Mover: staff},
		{Group: groupDeal, Name: "closedate", Kind: at, Category: collaboration, Mover: staff},
		{Group: groupDeal, Name: "createdate", Kind: at, Category: collaboration, Mover: staff},
		{Group: groupDeal, Name: "dealstage", Kind: text, Category: collaboration, Mover: staff},
	}
}

// kinds returns the kinds of the standard properties of one group, "" for the
// contact's own.
func kinds(group string) map[string]contact.Kind {
	m := map[string]contact.Kind{}
	for _, f := range Catalogue().Fields {
		if f.Group == group {
			m[f.Name] = f.Kind
		}
	}
	return m
}

// columns are those of each group's rows.
func columns() map[string]*contact.Columns {
	names := map[string][]string{}
	for _, f := range Catalogue().Fields {
		names[f.Group] = append(names[f.Group], f.Name)
	}
	m := map[string]*contact.Columns{}
	for g, ns := range names {
		m[g] = contact.NewColumns(ns...)
	}
	return m
}

// isTopicOptOut tells whether a property is an opt-out of one subscription type.
func isTopicOptOut(name string) bool { return strings.HasPrefix(name, propOptOutOf) }
