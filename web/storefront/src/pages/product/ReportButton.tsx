import { useMutation } from '@apollo/client/react';
import { say, useErrors } from '../../components/parts';
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
  const { check } = useErrors();
  const send = async (): Promise<void> => {
    if (!plaza.session.signedIn) return say(t('needSignIn'));
    const input = { contentId, reason: 'OTHER' as const };
    const answer = await check(async () => (await report({ variables: { input } })).data?.reportContent);
    say(answer ? t('reported') : t('failed'));
  };
  return (
    <button className="link" onClick={() => void send()}>
      {t('report')}
    </button>
  );
}
