package api

import "github.com/lapsed/lapsed/internal/fault"

// kindOf is the table of error codes (REST guide, "errorcodes"; StatusCode of
// the SOAP guide). A code that is not in it is never repeated: the list is
// closed, so that no vendor's word can slip into a log. The kind of a code that
// says nothing about the work done depends on what was tried: write.
func kindOf(code string, write bool) (fault.Kind, bool) {
	switch code {
	case "UNABLE_TO_LOCK_ROW": // nothing was written
		return fault.Transient, true
	case "QUERY_TIMEOUT", "QUERY_TOO_COMPLICATED", "INVALID_QUERY_LOCATOR":
		return fault.Transient, true
	case "SERVER_UNAVAILABLE", "UNKNOWN_EXCEPTION":
		if write {
			return fault.Ambiguous, true
		}
		return fault.Transient, true
	case "REQUEST_LIMIT_EXCEEDED":
		return fault.RateLimited, true
	case "INVALID_SESSION_ID", "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE", "API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED":
		return fault.Auth, true
	case "NOT_FOUND", "ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "INVALID_ID_FIELD", "MALFORMED_ID":
		return fault.NotFound, true
	case "DELETE_FAILED", "DEPENDENCY_EXISTS", "ENTITY_IS_LOCKED", "ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE",
		"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY":
		return fault.Conflict, true
	case "CANNOT_UPDATE_CONVERTED_LEAD", "INVALID_PERSON_ACCOUNT_OPERATION", "INSUFFICIENT_ACCESS", "INSUFFICIENT_ACCESS_OR_READONLY",
		"INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "INVALID_FIELD_FOR_INSERT_UPDATE", "INVALID_FIELD", "INVALID_TYPE",
		"UNSUPPORTED_API_VERSION":
		return fault.Unsupported, true
	case "FIELD_CUSTOM_VALIDATION_EXCEPTION", "REQUIRED_FIELD_MISSING", "FIELD_INTEGRITY_EXCEPTION", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
		"INVALID_EMAIL_ADDRESS", "STRING_TOO_LONG", "DUPLICATES_DETECTED", "DUPLICATE_VALUE", "MALFORMED_QUERY", "JSON_PARSER_ERROR",
		"EXCEEDED_ID_LIMIT", "INVALID_REPLICATION_DATE":
		return fault.Invalid, true
	}
	return fault.Unknown, false
}

// halted tells the codes of innocent records: the kind is that of the first
// real error beside them.
func halted(code string) bool {
	return code == "ALL_OR_NONE_OPERATION_ROLLED_BACK" || code == "PROCESSING_HALTED" || code == "BATCH_PROCESSING_HALTED"
}

// hintOf says what a person can do about a code, "" if the code says it all.
func hintOf(code string) string {
	switch code {
	case "DELETE_FAILED", "DEPENDENCY_EXISTS":
		return "other records hang on this one (cases, contracts, assets, a portal user): settle them first"
	case "ENTITY_IS_LOCKED":
		return "an approval locks the record: finish or recall it"
	case "CANNOT_UPDATE_CONVERTED_LEAD":
		return `give our user "View and Edit Converted Leads"`
	case "INVALID_PERSON_ACCOUNT_OPERATION":
		return "a person account is written through its account"
	case "INSUFFICIENT_ACCESS", "INSUFFICIENT_ACCESS_OR_READONLY", "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY":
		return "our user lacks the permission on this record"
	case "INVALID_FIELD", "INVALID_TYPE", "INVALID_FIELD_FOR_INSERT_UPDATE":
		return "a field or object is not there or hidden from our user (field-level security)"
	case "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY":
		return "a trigger failed, or our user lacks a permission that it needs"
	case "FIELD_CUSTOM_VALIDATION_EXCEPTION", "REQUIRED_FIELD_MISSING", "FIELD_INTEGRITY_EXCEPTION", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
		"INVALID_EMAIL_ADDRESS", "STRING_TOO_LONG":
		return "older data of this record breaks a rule of the org: correct the record"
	case "DUPLICATES_DETECTED":
		return "a duplicate rule blocks every change of this record"
	case "API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED":
		return "the org's edition or our user has no API access"
	}
	return ""
}
