// Package salesforce owns a simulated Salesforce org over HTTP.
package salesforce
