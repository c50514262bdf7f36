/** Columns of migrations as PostgreSQL needs them. */
import {
  type ColumnDefinitionNode,
  DataTypeNode,
  type KyselyPlugin,
  type OperationNode,
  OperationNodeTransformer,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
  type PrimaryKeyConstraintNode,
  type QueryResult,
  RawNode,
  type RootOperationNode,
  type UnknownRow,
} from 'kysely';

/** Ids are compared and ordered by their bytes, whatever the database's locale, as SQLite and the digests do. */
const text = RawNode.createWithSql('text collate "C"');
/** A whole number of SQLite has 64 bits. */
const types: Readonly<Record<string, OperationNode>> = {
  text,
  integer: DataTypeNode.create('bigint'),
  blob: DataTypeNode.create('bytea'),
};

class Columns extends OperationNodeTransformer {
  /** Names of keys are unique in a schema, and a table that is made again has the same as the one before. */
  protected override transformPrimaryKeyConstraint(node: PrimaryKeyConstraintNode): PrimaryKeyConstraintNode {
    const { name: _, ...unnamed } = node;
    return super.transformPrimaryKeyConstraint(unnamed);
  }

  protected override transformColumnDefinition(node: ColumnDefinitionNode): ColumnDefinitionNode {
    const { dataType } = node;
    const replaced = DataTypeNode.is(dataType) ? types[dataType.dataType] : undefined;
    return super.transformColumnDefinition(
      replaced === undefined ? node : { ...node, dataType: replaced as DataTypeNode },
    );
  }
}

export class ColumnTypes implements KyselyPlugin {
  readonly #columns = new Columns();

  transformQuery({ node }: PluginTransformQueryArgs): RootOperationNode {
    return this.#columns.transformNode(node);
  }

  async transformResult({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    return result;
  }
}
