//! OpenZeppelin's standard Merkle tree: the same leaves give the same root, paths and multiproofs as the JavaScript
//! library `@openzeppelin/merkle-tree`, so a proof can be verified without this code.
//!
//! Leaves are sorted by hash. The tree is an array that starts with the root: the children of node i are 2i+1 and 2i+2, and the
//! leaves are at the end in reverse order. Each pair is sorted before hashing, so a path needs no left and right.

use alloy::primitives::{B256, U256, keccak256};

/// A tree over at least one leaf.
#[derive(Debug, Clone)]
pub struct Tree {
    nodes: Vec<B256>,
    leaves: usize,
}

/// The shortest proof of many leaves at once, with the leaves in the order that the contract requires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Multiproof {
    pub leaves: Vec<B256>,
    pub proof: Vec<B256>,
    pub flags: Vec<bool>,
}

impl Tree {
    /// `None` when there is no leaf.
    pub fn new(mut leaves: Vec<B256>) -> Option<Self> {
        if leaves.is_empty() {
            return None;
        }
        leaves.sort_unstable();
        let count = leaves.len();
        let mut nodes = vec![B256::ZERO; 2 * count - 1];
        let last = nodes.len() - 1;
        for (i, leaf) in leaves.into_iter().enumerate() {
            nodes[last - i] = leaf;
        }
        for i in (0..count - 1).rev() {
            nodes[i] = pair(nodes[2 * i + 1], nodes[2 * i + 2]);
        }
        Some(Self { nodes, leaves: count })
    }

    pub fn root(&self) -> B256 {
        self.nodes[0]
    }

    pub fn len(&self) -> usize {
        self.leaves
    }

    pub fn is_empty(&self) -> bool {
        false
    }

    /// The siblings from a leaf up to the root; `None` when the leaf is not in the tree.
    pub fn path(&self, leaf: B256) -> Option<Vec<B256>> {
        let mut node = self.find(leaf)?;
        let mut path = Vec::new();
        while node > 0 {
            path.push(self.nodes[sibling(node)]);
            node = (node - 1) / 2;
        }
        Some(path)
    }

    /// `None` when a leaf is not in the tree or is named twice.
    pub fn multiproof(&self, leaves: &[B256]) -> Option<Multiproof> {
        let mut indices = leaves.iter().map(|leaf| self.find(*leaf)).collect::<Option<Vec<_>>>()?;
        indices.sort_unstable_by(|a, b| b.cmp(a));
        if indices.windows(2).any(|pair| pair[0] == pair[1]) {
            return None;
        }
        let mut queue: std::collections::VecDeque<usize> = indices.iter().copied().collect();
        let (mut proof, mut flags) = (Vec::new(), Vec::new());
        while let Some(node) = queue.pop_front().filter(|node| *node > 0) {
            let sibling = sibling(node);
            let known = queue.front() == Some(&sibling);
            if known {
                queue.pop_front();
            } else {
                proof.push(self.nodes[sibling]);
            }
            flags.push(known);
            queue.push_back((node - 1) / 2);
        }
        if indices.is_empty() {
            proof.push(self.root());
        }
        Some(Multiproof { leaves: indices.into_iter().map(|i| self.nodes[i]).collect(), proof, flags })
    }

    fn find(&self, leaf: B256) -> Option<usize> {
        // The leaves are at the end of the array, in descending order.
        let leaves = &self.nodes[self.leaves - 1..];
        leaves.binary_search_by(|node| leaf.cmp(node)).ok().map(|i| self.leaves - 1 + i)
    }
}

impl Multiproof {
    /// The flags as the contract takes them: the first in the lowest bit of the first word.
    pub fn flag_words(&self) -> Vec<U256> {
        let mut words = vec![U256::ZERO; self.flags.len().div_ceil(256)];
        for (i, flag) in self.flags.iter().enumerate() {
            words[i / 256].set_bit(i % 256, *flag);
        }
        words
    }
}

/// The root to which a path leads from a leaf.
pub fn climb(leaf: B256, path: &[B256]) -> B256 {
    path.iter().fold(leaf, |node, sibling| pair(node, *sibling))
}

fn pair(a: B256, b: B256) -> B256 {
    let (low, high) = if a <= b { (a, b) } else { (b, a) };
    keccak256([low, high].concat())
}

/// Of any node but the root.
fn sibling(node: usize) -> usize {
    if node % 2 == 1 { node + 1 } else { node - 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: u8) -> Vec<B256> {
        (0..count).map(|i| keccak256([i])).collect()
    }

    #[test]
    fn every_path_leads_to_the_root() {
        for count in 1..40 {
            let tree = Tree::new(leaves(count)).unwrap();
            for leaf in leaves(count) {
                assert_eq!(climb(leaf, &tree.path(leaf).unwrap()), tree.root(), "{count} leaves");
            }
            assert_eq!(tree.path(keccak256("stranger")), None);
        }
    }

    #[test]
    fn no_leaf_no_tree() {
        assert!(Tree::new(vec![]).is_none());
    }

    #[test]
    fn a_multiproof_rebuilds_the_root() {
        for count in 1..20u8 {
            let tree = Tree::new(leaves(count)).unwrap();
            let chosen: Vec<_> = leaves(count).into_iter().step_by(2).collect();
            let multi = tree.multiproof(&chosen).unwrap();
            let mut queue: std::collections::VecDeque<B256> = multi.leaves.iter().copied().collect();
            let mut proof = multi.proof.iter().copied();
            for flag in &multi.flags {
                let a = queue.pop_front().unwrap();
                let b = if *flag { queue.pop_front().unwrap() } else { proof.next().unwrap() };
                queue.push_back(pair(a, b));
            }
            assert_eq!(queue.pop_front(), Some(tree.root()));
            assert_eq!(proof.next(), None);
        }
    }

    #[test]
    fn flags_become_bits() {
        let flags: Vec<bool> = (0..300).map(|i| i % 3 == 0).collect();
        let multi = Multiproof { leaves: vec![], proof: vec![], flags: flags.clone() };
        let words = multi.flag_words();
        assert_eq!(words.len(), 2);
        assert!(flags.iter().enumerate().all(|(i, flag)| words[i / 256].bit(i % 256) == *flag));
    }

    #[test]
    fn a_leaf_named_twice_has_no_multiproof() {
        let tree = Tree::new(leaves(4)).unwrap();
        let leaf = keccak256([1]);
        assert_eq!(tree.multiproof(&[leaf, leaf]), None);
    }
}
