package hubspot

// The default contact properties of section 4, and the ordinary ones that every
// account has. Flags: r = read-only value, h = hidden, c = calculated, u = unique.
//
// The first rows are the columns that the code knows by number: keep their order
// in step with the constants in property.go.
var catalogue = []struct{ name, typ, flags string }{
	{"hs_object_id", "number", "ru"},
	{"createdate", "datetime", "r"},
	{"hs_createdate", "datetime", "rh"},
	{"lastmodifieddate", "datetime", "r"},
	{"hs_lastmodifieddate", "datetime", "rh"},
	{"email", "string", "u"},
	{"hs_additional_emails", "enumeration", "rhu"},
	{"hs_email_optout", "bool", "r"},
	{"hs_merged_object_ids", "enumeration", "rh"},
	{"hs_calculated_merged_vids", "enumeration", "rhc"},
	{"hs_all_contact_vids", "enumeration", "rhc"},
	{"num_associated_deals", "number", "r"},
	{"first_deal_created_date", "datetime", "r"},
	{"recent_deal_close_date", "datetime", "r"},

	{"firstname", "string", ""}, {"lastname", "string", ""}, {"salutation", "string", ""},
	{"company", "string", ""}, {"jobtitle", "string", ""}, {"website", "string", ""}, {"industry", "string", ""},
	{"address", "string", ""}, {"city", "string", ""}, {"zip", "string", ""}, {"hs_language", "enumeration", ""},
	{"message", "string", ""}, {"gender", "string", ""}, {"marital_status", "string", ""}, {"relationship_status", "string", ""},
	{"school", "string", ""}, {"degree", "string", ""}, {"twitterhandle", "string", ""}, {"annualrevenue", "string", ""},
	{"hubspot_owner_id", "enumeration", ""}, {"associatedcompanyid", "number", ""},
	{"work_email", "string", ""}, {"hs_conversations_visitor_email", "string", "h"},
	{"phone", "string", ""}, {"mobilephone", "string", ""}, {"fax", "string", ""}, {"hs_calculated_phone_number", "string", "rhc"},
	{"country", "string", ""}, {"state", "string", ""}, {"hs_country_region_code", "string", ""},
	{"ip_country", "string", "r"}, {"ip_country_code", "string", "r"}, {"ip_state", "string", "r"}, {"ip_city", "string", "r"},
	{"date_of_birth", "string", ""},
	{"lifecyclestage", "enumeration", ""}, {"hs_lead_status", "enumeration", ""},
	{"hs_object_source_label", "enumeration", "r"}, {"hs_object_source", "string", "rh"}, {"hs_object_source_id", "string", "rh"},
	{"hs_object_source_detail_1", "string", "r"}, {"hs_object_source_detail_2", "string", "r"},
	{"hs_object_source_detail_3", "string", "r"}, {"hs_was_imported", "bool", "rh"},
	{"hs_analytics_source", "enumeration", ""}, {"hs_analytics_source_data_1", "string", "r"}, {"hs_analytics_source_data_2", "string", "r"},
	{"hs_latest_source", "enumeration", ""}, {"hs_latest_source_timestamp", "datetime", ""},
	{"first_conversion_date", "datetime", "r"}, {"recent_conversion_date", "datetime", "r"},
	{"first_conversion_event_name", "string", "r"}, {"recent_conversion_event_name", "string", "r"},
	{"num_conversion_events", "number", "r"}, {"num_unique_conversion_events", "number", "r"},
	{"hs_calculated_form_submissions", "enumeration", "rhc"},
	{"notes_last_contacted", "datetime", "r"}, {"notes_last_updated", "datetime", "r"}, {"notes_next_activity_date", "datetime", "r"},
	{"hs_last_sales_activity_timestamp", "datetime", "r"}, {"hs_last_sales_activity_type", "enumeration", "r"},
	{"hs_email_last_send_date", "datetime", "r"}, {"hs_email_last_open_date", "datetime", "r"},
	{"hs_email_last_click_date", "datetime", "r"}, {"hs_email_last_reply_date", "datetime", "r"},
	{"hs_sales_email_last_opened", "datetime", "r"}, {"hs_sales_email_last_clicked", "datetime", "r"}, {"hs_sales_email_last_replied", "datetime", "r"},
	{"hs_analytics_last_timestamp", "datetime", "r"}, {"hs_analytics_last_visit_timestamp", "datetime", "r"},
	{"hs_latest_meeting_activity", "datetime", "r"}, {"engagements_last_meeting_booked", "datetime", "r"},
	{"hs_document_last_revisited", "datetime", "r"}, {"hs_social_last_engagement", "datetime", "r"}, {"hs_feedback_last_survey_date", "datetime", "r"},
	{"closedate", "datetime", ""}, {"total_revenue", "number", "r"}, {"hs_has_active_subscription", "number", "r"},
	{"hs_legal_basis", "enumeration", ""}, {"hs_data_privacy_ads_consent", "bool", "r"},
	{"hs_marketable_status", "enumeration", "r"}, {"hs_marketable_reason_type", "enumeration", "r"}, {"hs_marketable_until_renewal", "enumeration", "r"},
	{"hs_email_quarantined", "bool", "r"}, {"hs_email_quarantined_reason", "enumeration", "r"}, {"hs_quarantined_emails", "string", "rh"},
	{"hs_email_bad_address", "bool", "r"}, {"hs_email_hard_bounce_reason_enum", "enumeration", "r"}, {"hs_email_is_ineligible", "bool", "rh"},
	{"hs_emailconfirmationstatus", "enumeration", "r"}, {"hs_is_contact", "bool", "rh"},
}

// dealCatalogue is what the account tells of deals; their values are free.
var dealCatalogue = []struct{ name, typ, flags string }{
	{"hs_object_id", "number", "ru"}, {"createdate", "datetime", ""}, {"hs_lastmodifieddate", "datetime", "r"},
	{"dealname", "string", ""}, {"dealstage", "enumeration", ""}, {"pipeline", "enumeration", ""},
	{"amount", "number", ""}, {"closedate", "datetime", ""}, {"hs_is_closed", "bool", "rc"}, {"hs_is_closed_won", "bool", "rc"},
}

// choices are the options of the enumerations whose values matter to a reader.
// The two dashes of the legal bases are as HubSpot writes them: en dash twice,
// hyphen once.
var choices = map[string][]string{
	"lifecyclestage": {"subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer", "evangelist", "other"},
	"hs_lead_status": {"NEW", "OPEN", "IN_PROGRESS", "OPEN_DEAL", "UNQUALIFIED", "ATTEMPTED_TO_CONTACT", "CONNECTED", "BAD_TIMING"},
	"hs_legal_basis": {
		"Legitimate interest – prospect/lead", "Legitimate interest – existing customer", "Legitimate interest - other",
		"Performance of a contract", "Freely given consent from contact", "Not applicable",
	},
	"hs_analytics_source": {
		"ORGANIC_SEARCH", "PAID_SEARCH", "EMAIL_MARKETING", "SOCIAL_MEDIA", "REFERRALS",
		"OTHER_CAMPAIGNS", "DIRECT_TRAFFIC", "OFFLINE", "PAID_SOCIAL",
	},
	"hs_last_sales_activity_type": {
		"COMPANYPROSPECTS_REVISIT", "PRESENTATION_REVISIT", "EMAIL_CLICK", "EMAIL_OPEN",
		"EMAIL_REPLY", "FORM_SUBMITTED", "MEETING_BOOKED", "HUBSPOT_REVISIT",
	},
}
