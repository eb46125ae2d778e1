//! The Merkle tree of one epoch: statements → leaves → root → paths.
//!
//! The proof stage builds it to post the root, the scale and the settlement stage to prove a statement to the contract,
//! and the API to serve proofs. The leaves are hashed as `Market.leafOf` does it, and the tree is OpenZeppelin's standard
//! one (`solidity::tree`), so anyone can check a path without this code.

use std::collections::BTreeMap;

use alloy::primitives::B256;
use solidity::{
    Statement, leaf,
    tree::{Multiproof, Tree},
};

/// One lease's statement in an epoch, with its leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpochStatement {
    pub lease: B256,
    pub statement: Statement,
    pub leaf: B256,
}

impl EpochStatement {
    pub fn new(lease: B256, statement: Statement) -> Self {
        Self { lease, leaf: leaf(lease, &statement), statement }
    }
}

/// All statements of an epoch and the tree over their leaves.
#[derive(Debug, Clone)]
pub struct EpochTree {
    statements: BTreeMap<B256, EpochStatement>,
    tree: Option<Tree>,
}

impl EpochTree {
    /// The root of an epoch without statements: a provider without leases may have to post one to answer a report of
    /// silence.
    pub const EMPTY_ROOT: B256 = B256::ZERO;

    /// Takes at most one statement a lease, in any order.
    pub fn new(statements: Vec<EpochStatement>) -> Self {
        let tree = Tree::new(statements.iter().map(|statement| statement.leaf).collect());
        Self { statements: statements.into_iter().map(|statement| (statement.lease, statement)).collect(), tree }
    }

    /// What is posted on chain.
    pub fn root(&self) -> B256 {
        self.tree.as_ref().map_or(Self::EMPTY_ROOT, Tree::root)
    }

    pub fn len(&self) -> usize {
        self.statements.len()
    }

    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// In the order of their leases.
    pub fn statements(&self) -> impl Iterator<Item = &EpochStatement> {
        self.statements.values()
    }

    /// `None` when the epoch states nothing about the lease.
    pub fn statement(&self, lease: B256) -> Option<&EpochStatement> {
        self.statements.get(&lease)
    }

    /// The siblings from the lease's leaf up to the root; `None` when the epoch states nothing about the lease.
    pub fn path(&self, lease: B256) -> Option<Vec<B256>> {
        self.tree.as_ref()?.path(self.statement(lease)?.leaf)
    }

    /// The proof of several leaves at once. `None` when one is not in the tree or is named twice.
    pub fn multiproof(&self, leaves: &[B256]) -> Option<Multiproof> {
        self.tree.as_ref()?.multiproof(leaves)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use solidity::tree::climb;

    use super::*;

    fn statement(lease: u8) -> EpochStatement {
        EpochStatement::new(B256::repeat_byte(lease), Statement { time: lease.into(), ..Statement::default() })
    }

    #[test]
    fn every_statement_has_a_path_to_the_root_whatever_their_order() {
        let tree = EpochTree::new([3, 1, 2].map(statement).to_vec());
        assert_eq!(tree.root(), EpochTree::new([1, 2, 3].map(statement).to_vec()).root());
        for one in tree.statements() {
            assert_eq!(climb(one.leaf, &tree.path(one.lease).unwrap()), tree.root());
        }
        let leases: Vec<_> = tree.statements().map(|statement| statement.lease).collect();
        assert_eq!(leases, [1, 2, 3].map(B256::repeat_byte));
    }

    #[test]
    fn a_changed_statement_changes_the_root() {
        let mut changed = statement(2);
        changed = EpochStatement::new(changed.lease, Statement { replicaSeconds: 1, ..changed.statement });
        let roots = [statement(2), changed].map(|second| EpochTree::new(vec![statement(1), second]).root());
        assert_ne!(roots[0], roots[1]);
    }

    #[test]
    fn a_lease_without_a_statement_has_no_path() {
        let tree = EpochTree::new(vec![statement(1)]);
        assert_eq!((tree.path(B256::repeat_byte(9)), tree.statement(B256::repeat_byte(9))), (None, None));
        assert_eq!(tree.multiproof(&[B256::repeat_byte(9)]), None);
    }

    #[test]
    fn an_epoch_without_statements_has_the_zero_root() {
        let tree = EpochTree::new(Vec::new());
        assert_eq!((tree.root(), tree.len(), tree.is_empty()), (B256::ZERO, 0, true));
        assert_eq!(tree.path(B256::repeat_byte(1)), None);
    }
}
