import { useMutation } from '@apollo/client/react';
import { say, useAction } from '../../components/parts';
import { graphql } from '../../gql';
import { useI18n } from '../../i18n';
import { plaza } from '../../shop';

const Report = graphql(`
  mutation Report($input: ReportContentInput!) {
    reportContent(input: $input) {
      reported
      userErrors {
        field
        message
      }
    }
  }
`);

export function ReportButton({ contentId }: { contentId: string }) {
  const { t } = useI18n();
  const [report] = useMutation(Report);
  const act = useAction();
  const send = async (): Promise<void> => {
    if (!plaza.session.signedIn) return say(t('needSignIn'));
    const input = { contentId, reason: 'OTHER' as const };
    if (await act(async () => (await report({ variables: { input } })).data?.reportContent)) say(t('reported'));
  };
  return (
    <button className="link" onClick={() => void send()}>
      {t('report')}
    </button>
  );
}
