// Reads a log with software that nobody of this project wrote: torchwood and the Go checksum database's own code.
//
//	foreign URL POLICY PROOFS
//
// URL serves checkpoint, tiles and bundles; POLICY is a tlog-policy; PROOFS is a folder with N.leaf, the 32 bytes of
// an entry, beside N.proof, its tlog-proof. Prints the log's size and the SHA-256 over all its entries.
package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	log.SetFlags(0)
	url, policy, proofs := os.Args[1], policy(os.Args[2]), os.Args[3]
	fetcher, err := torchwood.NewTileFetcher(url)
	check(err)
	ctx := context.Background()
	signed, err := fetcher.ReadEndpoint(ctx, "checkpoint")
	check(err)
	checkpoint, _, err := torchwood.VerifyCheckpoint(signed, policy)
	check(err)
	client, err := torchwood.NewClient(fetcher)
	check(err)
	digest, entries := sha256.New(), int64(0)
	for index, entry := range client.AllEntries(ctx, checkpoint.Tree, 0) {
		if index != entries {
			log.Fatalf("entry %d after %d", index, entries)
		}
		digest.Write(entry)
		entries++
	}
	check(client.Err())
	names, err := filepath.Glob(filepath.Join(proofs, "*.proof"))
	check(err)
	for _, name := range names {
		proof, err := os.ReadFile(name)
		check(err)
		leaf, err := os.ReadFile(strings.TrimSuffix(name, "proof") + "leaf")
		check(err)
		check(torchwood.VerifyProof(policy, tlog.RecordHash(leaf), proof))
	}
	fmt.Printf("%s %d %x %d\n", checkpoint.Origin, entries, digest.Sum(nil), len(names))
}

func policy(path string) torchwood.Policy {
	text, err := os.ReadFile(path)
	check(err)
	policy, err := torchwood.ParsePolicy(text)
	check(err)
	return policy
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
