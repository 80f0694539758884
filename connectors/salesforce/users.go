package salesforce

import (
	"context"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/salesforce/internal/api"
)

// users groups the active users of the org's own people by the names of what
// gives them their rights. No name of a user is asked for.
func (v *surveyor) users(ctx context.Context) error {
	rows, err := v.all(ctx, api.Select{Object: "User", Columns: []string{"Id", "UserRole.Name", "Profile.Name"}, Where: "IsActive = true AND UserType = 'Standard'"})
	if denied(err) {
		v.Lacks(connectors.PartUsers, "User: Read", "let our user read User with its role and profile")
		return nil
	}
	if err == nil && len(rows) == 0 {
		err = v.emptied("User")
	}
	if err != nil {
		return err
	}
	if !v.rights.allUsers {
		v.Lacks(connectors.PartUsers, "View All Users", `give our user "View All Users": without it users may be hidden from it in silence`)
	}
	sets, err := v.sets(ctx)
	if err != nil {
		return err
	}
	var groups connectors.Groups
	for _, row := range rows {
		groups.Add(row[0], append(sets[row[0]], row[1:]...)...)
	}
	v.Users = groups.List()
	return nil
}

// sets are the labels of the permission sets, and of groups of them, that users
// have beside their profile, by user.
func (v *surveyor) sets(ctx context.Context) (map[string][]string, error) {
	const what, hint = "View Setup and Configuration", `give our user "View Setup and Configuration": without it permission sets are not shown`
	if !v.rights.setup {
		v.Lacks(connectors.PartUsers, what, hint)
		return nil, nil
	}
	rows, err := v.all(ctx, api.Select{Object: "PermissionSetAssignment", Where: "PermissionSet.IsOwnedByProfile = false",
		Columns: []string{"Id", "AssigneeId", "PermissionSet.Label", "PermissionSetGroup.MasterLabel"}})
	if denied(err) {
		v.Lacks(connectors.PartUsers, what, hint)
		return nil, nil
	}
	of := map[string][]string{}
	for _, row := range rows {
		label := row[2]
		if row[3] != "" { // the set is the group's own, and nobody knows it by its label
			label = row[3]
		}
		of[row[1]] = append(of[row[1]], label)
	}
	return of, err
}
